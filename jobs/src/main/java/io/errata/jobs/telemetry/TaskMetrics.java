package io.errata.jobs.telemetry;

import io.errata.jobs.telemetry.Exposition.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.LogicalScopeProvider;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/**
 * Errata's metrics of the tasks of this process, with the names and labels that Flink's own
 * Prometheus reporter gives them on a cluster. Flink makes the reporter by its class, so that what
 * it hears is kept for the whole process.
 */
public final class TaskMetrics implements MetricReporter {
  private static final String GROUP = "errata";
  private static final String HELP = "See docs/metrics.md, metrics of tasks.";
  private static final Map<Metric, Described> ALL = new ConcurrentHashMap<>();

  private record Described(String name, Map<String, String> labels) {}

  /** Found by Flink. */
  public static final class Factory implements MetricReporterFactory {
    @Override
    public MetricReporter createMetricReporter(Properties properties) {
      return new TaskMetrics();
    }
  }

  private TaskMetrics() {}

  @Override
  public void open(MetricConfig config) {}

  @Override
  public void close() {}

  @Override
  public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
    if (!(metric instanceof Gauge) || !List.of(group.getScopeComponents()).contains(GROUP)) {
      return;
    }
    Map<String, String> labels = new LinkedHashMap<>();
    group
        .getAllVariables()
        .forEach(
            (key, value) -> labels.put(clean(key.substring(1, key.length() - 1)), clean(value)));
    String scope = LogicalScopeProvider.castFrom(group).getLogicalScope(TaskMetrics::clean, '_');
    ALL.put(metric, new Described("flink_" + scope + "_" + clean(name), labels));
  }

  @Override
  public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
    ALL.remove(metric);
  }

  private static String clean(String name) {
    return name.replaceAll("[^a-zA-Z0-9:_]", "_");
  }

  static void expose(Exposition out) {
    List<Map.Entry<Metric, Described>> all = new ArrayList<>(ALL.entrySet());
    for (Map.Entry<Metric, Described> each : all) {
      if (((Gauge<?>) each.getKey()).getValue() instanceof Number number) {
        Described described = each.getValue();
        out.add(described.name(), Type.GAUGE, HELP, described.labels(), number.doubleValue());
      }
    }
  }
}
