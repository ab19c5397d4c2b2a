package io.flashdeberta.backend;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses the backend for a device setting and says in one log line what was chosen and why. */
public final class Backends {

    private static final Logger log = LoggerFactory.getLogger(Backends.class);
    private static final Pattern DEVICE = Pattern.compile("([a-z]+)(?::(\\d{1,4}))?");

    private Backends() {}

    /**
     * Opens a backend.
     *
     * @param device {@code auto}, or a device and optionally its index: {@code cpu}, {@code cuda}, {@code cuda:1}
     * @param options the rest; their device index has no effect
     * @throws DeviceUnavailableException if a named device cannot be used; {@code auto} falls back to the CPU instead
     */
    public static Backend open(String device, BackendOptions options) {
        ServiceLoader<BackendProvider> loader =
                ServiceLoader.load(BackendProvider.class, BackendProvider.class.getClassLoader());
        List<BackendProvider> providers = loader.stream()
                .map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparingInt(BackendProvider::preference).reversed())
                .toList();
        return open(device, options, providers);
    }

    static Backend open(String device, BackendOptions settings, List<BackendProvider> providers) {
        Matcher matcher = DEVICE.matcher(device);
        if (!matcher.matches()) {
            throw unknown(device, providers);
        }
        String kind = matcher.group(1);
        int index = matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2));
        BackendOptions options = settings.withDeviceIndex(index);
        if (kind.equals("auto") && matcher.group(2) == null) {
            return openFirst(options, providers);
        }
        for (BackendProvider provider : providers) {
            if (provider.device().equals(kind)) {
                Backend backend = provider.open(options);
                log.info("Device {}: {}.", device, backend.description());
                return backend;
            }
        }
        throw unknown(device, providers);
    }

    private static Backend openFirst(BackendOptions options, List<BackendProvider> providers) {
        List<String> refusals = new ArrayList<>();
        for (BackendProvider provider : providers) {
            try {
                Backend backend = provider.open(options);
                log.info(
                        "Device auto chose {}{}.",
                        backend.description(),
                        why(providers.size(), refusals));
                return backend;
            } catch (DeviceUnavailableException e) {
                refusals.add("not " + provider.device() + ": " + e.getMessage());
            }
        }
        throw new DeviceUnavailableException(
                "No device can be used: " + String.join(" ", refusals), null);
    }

    private static String why(int providers, List<String> refusals) {
        if (providers == 1) {
            return " (the class path has no backend for another device)";
        }
        return refusals.isEmpty() ? "" : " (" + String.join(" ", refusals) + ")";
    }

    private static DeviceUnavailableException unknown(
            String device, List<BackendProvider> providers) {
        List<String> known = providers.stream().map(BackendProvider::device).toList();
        return new DeviceUnavailableException(
                "Unknown device \"" + device + "\"; expected auto or one of " + known
                        + ", the devices that the class path has a backend for.",
                null);
    }
}
