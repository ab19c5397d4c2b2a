package io.flashdeberta.cuda;

/**
 * One GPU.
 *
 * @param index its number, from 0
 * @param major first part of the compute capability, 9 of 9.0
 * @param minor second part of it
 * @param multiprocessors streaming multiprocessors
 * @param sharedMemory bytes of shared memory that one block may ask for
 * @param memory bytes of memory in all
 */
record Gpu(
        int index,
        String name,
        int major,
        int minor,
        int multiprocessors,
        int sharedMemory,
        long memory) {

    String capability() {
        return major + "." + minor;
    }

    boolean atLeast(int otherMajor, int otherMinor) {
        return major > otherMajor || (major == otherMajor && minor >= otherMinor);
    }
}
