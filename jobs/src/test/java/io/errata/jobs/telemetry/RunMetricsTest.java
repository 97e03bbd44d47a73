package io.errata.jobs.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.jobs.graph.Count;
import io.errata.jobs.graph.JobCounts;
import io.errata.state.table.WriteCounts;
import io.errata.state.table.WriteResult;
import io.errata.state.table.WriteResult.Outcome;
import io.errata.state.table.WriteResult.Readback;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RunMetricsTest {
  private static final Instant START = Instant.parse("2024-06-10T12:00:00Z");

  private final SteppedClock clock = new SteppedClock();
  private final RunMetrics metrics = new RunMetrics("plan", clock);

  /** A clock that a test moves on. */
  private static final class SteppedClock extends Clock {
    private Instant now = START;

    private void passSeconds(long seconds) {
      now = now.plusSeconds(seconds);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private List<String> exposed() {
    Exposition out = new Exposition();
    metrics.expose(out);
    return out.text().lines().filter(line -> !line.startsWith("#")).toList();
  }

  private static JobCounts counts(Map<Count, Long> counts, String newest) {
    return new JobCounts(counts, Optional.of(Instant.parse(newest)));
  }

  @Test
  void runOfAnUnknownSpec_isNotTold() {
    metrics.stage("prepare");
    assertThat(exposed()).isEmpty();
  }

  @Test
  void counters_neverGoBack_whenTasksGoOnFromACheckpoint() {
    metrics.begun("totals", START);
    metrics.counted(
        counts(Map.of(Count.EVENTS_READ, 1_000L, Count.EVENTS_USED, 900L), "2024-06-10T11:50:00Z"));
    metrics.advance(1_900, 4_000);
    // Two tasks were lost; what they had counted behind the checkpoint is counted again.
    metrics.counted(
        counts(Map.of(Count.EVENTS_READ, 400L, Count.EVENTS_USED, 380L), "2024-06-10T11:20:00Z"));
    metrics.advance(780, 4_000);
    assertThat(exposed())
        .contains(
            "errata_events_read_total{spec=\"totals\",verb=\"plan\"} 1000",
            "errata_events_used_total{spec=\"totals\",verb=\"plan\"} 900",
            "errata_steps_total{spec=\"totals\",verb=\"plan\"} 1900",
            "errata_window_lag_seconds{spec=\"totals\",verb=\"plan\"} 600");
    metrics.counted(counts(Map.of(Count.EVENTS_READ, 1_200L), "2024-06-10T11:55:00Z"));
    metrics.advance(2_400, 4_000);
    assertThat(exposed())
        .contains(
            "errata_events_read_total{spec=\"totals\",verb=\"plan\"} 1200",
            "errata_steps_total{spec=\"totals\",verb=\"plan\"} 2400",
            "errata_steps_expected{spec=\"totals\",verb=\"plan\"} 4000",
            "errata_window_lag_seconds{spec=\"totals\",verb=\"plan\"} 300");
  }

  @Test
  void progress_isWhenStepsOrStagesMovedLast() {
    metrics.begun("totals", START);
    clock.passSeconds(10);
    metrics.stage("recompute and compare");
    clock.passSeconds(10);
    metrics.advance(5, 100);
    clock.passSeconds(300);
    metrics.advance(5, 100);
    assertThat(exposed())
        .contains(
            "errata_run_active{spec=\"totals\",verb=\"plan\"} 1",
            "errata_run_started_timestamp_seconds{spec=\"totals\",verb=\"plan\"} "
                + START.getEpochSecond(),
            "errata_run_progress_timestamp_seconds{spec=\"totals\",verb=\"plan\"} "
                + START.plusSeconds(20).getEpochSecond());
  }

  @Test
  void stages_areOneAtATime_withTheTimeThatEachTook() {
    metrics.begun("totals", START);
    metrics.stage("prepare");
    clock.passSeconds(2);
    metrics.stage("seal the plan");
    clock.passSeconds(3);
    assertThat(exposed())
        .contains(
            "errata_stage{spec=\"totals\",verb=\"plan\",stage=\"prepare\"} 0",
            "errata_stage{spec=\"totals\",verb=\"plan\",stage=\"seal the plan\"} 1",
            "errata_stage_seconds{spec=\"totals\",verb=\"plan\",stage=\"prepare\"} 2",
            "errata_stage_seconds{spec=\"totals\",verb=\"plan\",stage=\"seal the plan\"} 3");
    metrics.ended(4);
    clock.passSeconds(100);
    assertThat(exposed())
        .contains(
            "errata_run_active{spec=\"totals\",verb=\"plan\"} 0",
            "errata_run_exit_status{spec=\"totals\",verb=\"plan\"} 4",
            "errata_run_duration_seconds{spec=\"totals\",verb=\"plan\"} 5",
            "errata_stage{spec=\"totals\",verb=\"plan\",stage=\"seal the plan\"} 0",
            "errata_stage_seconds{spec=\"totals\",verb=\"plan\",stage=\"seal the plan\"} 3");
  }

  @Test
  void conflict_isTold() {
    metrics.spec("totals");
    metrics.wrote(
        "apply",
        new WriteResult(
            Outcome.CONFLICT,
            new WriteCounts(0, 0, 0, 3),
            Optional.empty(),
            List.of(),
            new Readback(0, 0, List.of())));
    assertThat(exposed())
        .contains(
            "errata_write_outcome{spec=\"totals\",verb=\"plan\",action=\"apply\",outcome=\"conflict\"} 1",
            "errata_write_conflicts{spec=\"totals\",verb=\"plan\",action=\"apply\"} 3",
            "errata_write_rows{spec=\"totals\",verb=\"plan\",action=\"apply\",kind=\"update\"} 0")
        .noneMatch(line -> line.startsWith("errata_events"));
  }

  @Test
  void labelsOfAnyText_stayOnOneLine() {
    metrics.spec("a \"b\" \\ c\nd");
    assertThat(exposed())
        .contains("errata_run_active{spec=\"a \\\"b\\\" \\\\ c\\nd\",verb=\"plan\"} 1");
  }
}
