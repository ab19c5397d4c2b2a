package io.flashdeberta.cuda;

import org.bytedeco.javacpp.Pointer;

/** An address that the libraries' calls accept; one object serves many addresses in turn. */
final class DevicePointer extends Pointer {

    DevicePointer at(long address) {
        this.address = address;
        return this;
    }
}
