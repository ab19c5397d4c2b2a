package io.flashdeberta.benchmark;

import java.util.List;
import java.util.Locale;

/** A bar for each shape's tokens a second, as SVG. */
final class Plot {

    private static final int BAR = 34;
    private static final int LABEL = 90;
    private static final int WIDTH = 480;

    private Plot() {}

    static String of(String title, List<Measurement> measurements) {
        double most = measurements.stream()
                .mapToDouble(Measurement::tokensPerSecond)
                .max()
                .orElse(1);
        int height = 50 + BAR * measurements.size();
        StringBuilder svg = new StringBuilder(
                ("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
                                + " font-family=\"sans-serif\" font-size=\"13\">%n")
                        .formatted(LABEL + WIDTH + 150, height));
        svg.append("<text x=\"10\" y=\"24\" font-weight=\"bold\">%s</text>%n".formatted(title));
        for (int n = 0; n < measurements.size(); n++) {
            Measurement measurement = measurements.get(n);
            double width = WIDTH * measurement.tokensPerSecond() / most;
            int y = 40 + BAR * n;
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n",
                    LABEL - 8,
                    y + 18,
                    measurement.shape()));
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"#3b6ea5\"/>%n",
                    LABEL,
                    y,
                    width,
                    BAR - 8));
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%.1f\" y=\"%d\">%.0f tokens/s</text>%n",
                    LABEL + width + 6,
                    y + 18,
                    measurement.tokensPerSecond()));
        }
        return svg.append("</svg>\n").toString();
    }
}
