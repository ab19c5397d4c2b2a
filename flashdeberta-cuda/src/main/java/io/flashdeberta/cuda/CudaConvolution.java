package io.flashdeberta.cuda;

import io.flashdeberta.backend.Activation;
import io.flashdeberta.backend.Convolution;

import java.nio.FloatBuffer;
import java.util.List;

/**
 * A convolution as one matrix product a group, over rows that hold a token's neighbourhood: {@code [kernel · hidden/groups]}.
 *
 * @param groups each group's weights, {@code [hidden/groups, kernel · hidden/groups]}
 */
record CudaConvolution(int kernelSize, int hidden, Activation activation, List<CudaLinear> groups)
        implements Convolution {

    /** Columns of one group. */
    int width() {
        return hidden / groups.size();
    }

    /**
     * A group's weights with the kernel's tokens outside and the columns inside.
     *
     * @param weight {@code [hidden, width, kernel]}
     */
    static WeightLoader.Elements reordered(float[] weight, int kernel, int width, int group) {
        float[] target = new float[width * kernel * width];
        for (int out = 0; out < width; out++) {
            for (int k = 0; k < kernel; k++) {
                for (int in = 0; in < width; in++) {
                    target[(out * kernel + k) * width + in] =
                            weight[((group * width + out) * width + in) * kernel + k];
                }
            }
        }
        return elements(target);
    }

    static WeightLoader.Elements elements(float[] values) {
        return (first, to) -> to.put(FloatBuffer.wrap(values, (int) first, to.remaining()));
    }

    @Override
    public void close() {
        groups.forEach(CudaLinear::close);
    }
}
