package io.flashdeberta.benchmark;

/** The published sizes of DeBERTa-v3; heads have 64 numbers each. */
enum ModelSize {
    XSMALL(12, 384, 1536),
    SMALL(6, 768, 3072),
    BASE(12, 768, 3072),
    LARGE(24, 1024, 4096);

    static final int HEAD_SIZE = 64;
    static final int VOCABULARY = 128_100;
    static final int POSITION_ROWS = 512;

    final int layers;
    final int hidden;
    final int intermediate;

    ModelSize(int layers, int hidden, int intermediate) {
        this.layers = layers;
        this.hidden = hidden;
        this.intermediate = intermediate;
    }

    /**
     * Floating-point operations of a forward pass as the paper writes it, two for a multiply and add: the linear layers, and the
     * products of queries with keys and position keys, of keys with position queries, and of probabilities with values.
     */
    double operations(int[] lengths) {
        double operations = 0;
        for (int length : lengths) {
            double linear = 2.0 * length * hidden * (4.0 * hidden + 2.0 * intermediate);
            double content = 4.0 * length * length * hidden;
            double positions = 4.0 * length * Math.min(POSITION_ROWS, 2.0 * length - 1) * hidden;
            operations += layers * (linear + content + positions);
        }
        return operations;
    }
}
