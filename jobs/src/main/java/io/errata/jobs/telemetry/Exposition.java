package io.errata.jobs.telemetry;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Samples in Prometheus' text format, version 0.0.4.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">Exposition
 *     formats</a>
 */
final class Exposition {
  private final Map<String, StringBuilder> families = new TreeMap<>();

  /** What a metric is, in the format's words. */
  enum Type {
    COUNTER("counter"),
    GAUGE("gauge");

    private final String word;

    Type(String word) {
      this.word = word;
    }
  }

  /** Adds a sample. */
  void add(String name, Type type, String help, Map<String, String> labels, double value) {
    StringBuilder family =
        families.computeIfAbsent(
            name,
            missing ->
                new StringBuilder()
                    .append("# HELP ")
                    .append(name)
                    .append(' ')
                    .append(help.replace("\\", "\\\\").replace("\n", "\\n"))
                    .append("\n# TYPE ")
                    .append(name)
                    .append(' ')
                    .append(type.word)
                    .append('\n'));
    family.append(name);
    if (!labels.isEmpty()) {
      char before = '{';
      for (Map.Entry<String, String> label : labels.entrySet()) {
        family.append(before).append(label.getKey()).append("=\"");
        family.append(
            label.getValue().replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"));
        family.append('"');
        before = ',';
      }
      family.append('}');
    }
    family.append(' ').append(number(value)).append('\n');
  }

  /** Never a localized or shortened number: whole ones as digits. */
  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  /** Labels in the order in which they are given. */
  static Map<String, String> labels(String... namesAndValues) {
    Map<String, String> labels = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      labels.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return labels;
  }

  /** All samples, each metric's together, by their names. */
  String text() {
    StringBuilder text = new StringBuilder();
    families.values().forEach(text::append);
    return text.toString();
  }
}
