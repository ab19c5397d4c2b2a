package io.flashdeberta.cuda;

import io.flashdeberta.backend.Activation;

/** Linear layers and convolutions: cuBLASLt's products, and what these leave to do. */
final class LinearLayers {

    private final MatrixProducts products;
    private final RowKernels rows;
    private final Tensors tensors;

    LinearLayers(MatrixProducts products, RowKernels rows, Tensors tensors) {
        this.products = products;
        this.rows = rows;
        this.tensors = tensors;
    }

    void apply(CudaLinear linear, Activation activation, CudaTensor x, CudaTensor y) {
        if (x.rows() == 0) {
            return;
        }
        MatrixProducts.Remainder remainder =
                products.run(Rounding.rows(x.rows()), linear, activation, x.address(), y.address());
        if (!remainder.isNothing()) {
            rows.activate(y, remainder.bias() ? linear.biasAddress() : 0L, remainder.activation());
        }
    }

    void convolve(CudaConvolution convolution, BatchData batch, CudaTensor x, CudaTensor y) {
        int width = convolution.width();
        int kernelSize = convolution.kernelSize();
        try (CudaTensor neighbours = tensors.allocate(x.rows(), kernelSize * width);
                CudaTensor result = tensors.allocate(x.rows(), width)) {
            for (int g = 0; g < convolution.groups().size(); g++) {
                rows.neighbours(x, batch, g * width, width, kernelSize, neighbours);
                apply(convolution.groups().get(g), convolution.activation(), neighbours, result);
                rows.copyColumns(result, 0, y, g * width, width);
            }
        }
    }
}
