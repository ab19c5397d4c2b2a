package io.flashdeberta.backend;

/** Opens backends of one kind of device; found through {@link java.util.ServiceLoader}. */
public interface BackendProvider {

    /** The kind of device as settings name it: {@code cpu}, {@code cuda}. */
    String device();

    /** The order in which {@code auto} tries devices; the highest is first, the CPU is 0. */
    int preference();

    /** @throws DeviceUnavailableException with the reason and the remedy if the device cannot be used here */
    Backend open(BackendOptions options);
}
