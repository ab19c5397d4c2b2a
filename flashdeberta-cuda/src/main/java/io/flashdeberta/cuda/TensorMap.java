package io.flashdeberta.cuda;

import static org.bytedeco.cuda.global.cudart.CU_TENSOR_MAP_DATA_TYPE_BFLOAT16;
import static org.bytedeco.cuda.global.cudart.CU_TENSOR_MAP_DATA_TYPE_FLOAT16;
import static org.bytedeco.cuda.global.cudart.CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE;
import static org.bytedeco.cuda.global.cudart.CU_TENSOR_MAP_INTERLEAVE_NONE;
import static org.bytedeco.cuda.global.cudart.CU_TENSOR_MAP_L2_PROMOTION_L2_128B;
import static org.bytedeco.cuda.global.cudart.CU_TENSOR_MAP_SWIZZLE_128B;
import static org.bytedeco.cuda.global.cudart.cuTensorMapEncodeTiled;

import org.bytedeco.cuda.cudart.CUtensorMap;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** What tells the GPU's copy engine where tiles lie: one at a time, until the next is described. */
final class TensorMap implements AutoCloseable {

    private static final int BYTES = 128;
    private static final int ALIGNMENT = 64;
    private static final int TILE = 64;

    private final BytePointer memory = new BytePointer(BYTES + ALIGNMENT);
    private final CUtensorMap map =
            new CUtensorMap(memory.getPointer(Math.floorMod(-memory.address(), (long) ALIGNMENT)));

    /** 64 × 64 tiles of each head's queries, keys or values: {@code [headSize, tokens, 3·heads]}, zeros beyond. */
    Pointer tiles(CudaTensor qkv, NumberType type, int heads, int headSize) {
        long row = 3L * heads * headSize * type.bytes();
        long[] sizes = {headSize, qkv.rows(), 3L * heads};
        long[] strides = {row, (long) headSize * type.bytes()};
        Driver.check(
                cuTensorMapEncodeTiled(
                        map,
                        type == NumberType.BFLOAT
                                ? CU_TENSOR_MAP_DATA_TYPE_BFLOAT16
                                : CU_TENSOR_MAP_DATA_TYPE_FLOAT16,
                        sizes.length,
                        new DevicePointer().at(qkv.address()),
                        sizes,
                        strides,
                        new int[] {TILE, TILE, 1},
                        new int[] {1, 1, 1},
                        CU_TENSOR_MAP_INTERLEAVE_NONE,
                        CU_TENSOR_MAP_SWIZZLE_128B,
                        CU_TENSOR_MAP_L2_PROMOTION_L2_128B,
                        CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE),
                "describe tiles");
        return map;
    }

    @Override
    public void close() {
        memory.close();
    }
}
