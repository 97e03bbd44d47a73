package io.errata.jobs.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.jobs.graph.Count;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds docs/metrics.md against the metrics and attributes that there are. */
class MetricsDocTest {
  private static final Path PAGE = Path.of("../docs/metrics.md");
  private static final Pattern RUN_ROW =
      Pattern.compile("^\\| `(errata_[a-z_]+)` \\| (counter|gauge) \\|", Pattern.MULTILINE);
  private static final Pattern ATTRIBUTE_ROW =
      Pattern.compile("^\\| `([a-z]+\\.[a-z_.]+(?:`, `[a-z._]+)*)` \\|", Pattern.MULTILINE);

  @Test
  void metricsOfRuns_areThoseOfThePage() throws IOException {
    List<String> rows =
        RUN_ROW.matcher(Files.readString(PAGE)).results().map(MetricsDocTest::row).toList();
    assertThat(rows)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(RunMetric.values())
                .map(each -> each.metric() + " " + each.type().name().toLowerCase(Locale.ROOT))
                .toList());
  }

  @Test
  void attributesOfSpans_areThoseOfThePage() throws IOException {
    Set<String> rows = new TreeSet<>();
    ATTRIBUTE_ROW
        .matcher(Files.readString(PAGE))
        .results()
        .forEach(found -> rows.addAll(List.of(found.group(1).split("`, `"))));
    assertThat(rows)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(TraceAttribute.values()).map(TraceAttribute::key).toList());
  }

  private static String row(MatchResult found) {
    return found.group(1) + " " + found.group(2);
  }

  @Test
  void metricsOfTasks_areOnThePage() throws IOException {
    String page = Files.readString(PAGE);
    for (Count count : Count.values()) {
      assertThat(page).contains("`" + count.name().toLowerCase(Locale.ROOT) + "`");
    }
    assertThat(page).contains("`bytes_read`", "`window_lag_ms`");
  }
}
