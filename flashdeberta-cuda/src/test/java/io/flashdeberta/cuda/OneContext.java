package io.flashdeberta.cuda;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Keeps the first GPU's context for the whole run, since every test that opens and closes a backend would make one anew; and
 * fills all new tensors with what is no number.
 */
final class OneContext implements BeforeAllCallback {

    private static @Nullable DeviceContext context;

    @Override
    public void beforeAll(ExtensionContext test) {
        synchronized (OneContext.class) {
            if (context == null) {
                context = new DeviceContext(GpuCheck.require(new SystemLibraries(), 0));
                CudaSession.poison = true;
            }
        }
    }
}
