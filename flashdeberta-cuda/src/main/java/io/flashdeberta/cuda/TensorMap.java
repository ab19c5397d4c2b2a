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

/** What Hopper's copy engine must know about a matrix, passed to a kernel by value. For one thread at a time. */
final class TensorMap implements AutoCloseable {

    private static final int BYTES = 128;
    private static final int ALIGNMENT = 64;
    private static final int TILE = 64;

    private final BytePointer memory = new BytePointer(BYTES + ALIGNMENT);
    private final DevicePointer address = new DevicePointer();
    private final CUtensorMap map =
            new CUtensorMap(memory.getPointer(Math.floorMod(-memory.address(), (long) ALIGNMENT)));

    /** Makes it describe {@code qkv [tokens, 3·heads, headSize]} in tiles of 64 rows of one head. */
    void describe(NumberType type, CudaTensor qkv, int heads, int headSize) {
        long row = (long) headSize * type.bytes();
        Driver.check(
                cuTensorMapEncodeTiled(
                        map,
                        type == NumberType.BFLOAT
                                ? CU_TENSOR_MAP_DATA_TYPE_BFLOAT16
                                : CU_TENSOR_MAP_DATA_TYPE_FLOAT16,
                        3,
                        address.at(qkv.address()),
                        new long[] {headSize, qkv.rows(), 3L * heads},
                        new long[] {3L * heads * row, row},
                        new int[] {TILE, TILE, 1},
                        new int[] {1, 1, 1},
                        CU_TENSOR_MAP_INTERLEAVE_NONE,
                        CU_TENSOR_MAP_SWIZZLE_128B,
                        CU_TENSOR_MAP_L2_PROMOTION_L2_128B,
                        CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE),
                "describe a tensor");
    }

    /** Where it is, 64-byte aligned. */
    Pointer pointer() {
        return map;
    }

    @Override
    public void close() {
        memory.close();
    }
}
