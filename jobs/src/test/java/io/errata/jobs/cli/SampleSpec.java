package io.errata.jobs.cli;

import io.errata.connectors.ReadRate;
import io.errata.connectors.Window;
import io.errata.connectors.archive.ArchiveOptions;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.stitch.StitchedWindowSource;
import io.errata.jobs.spec.EventsSpec;
import io.errata.jobs.spec.ExecutionSpec;
import io.errata.jobs.spec.LimitsSpec;
import io.errata.jobs.spec.LimitsSpec.Amount;
import io.errata.jobs.spec.Spec;
import io.errata.jobs.spec.WorkerSpec;
import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.WriteRequest.ConflictPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A spec that no test connects to. */
public final class SampleSpec {
  private SampleSpec() {}

  public static Spec spec() {
    return new Spec(
        "daily-totals",
        new Window(Instant.parse("2024-06-10T12:00:00Z"), Instant.parse("2024-06-10T12:30:00Z")),
        new EventsSpec(
            Optional.of(ArchiveOptions.of("events", "", ArchiveOptions.Format.PARQUET)),
            Optional.empty(),
            StitchedWindowSource.Use.AUTO,
            new EventsSpec.FieldsSpec(
                "id", "ts", TimeUnit.MILLIS, Optional.empty(), List.of(), Map.of()),
            List.of(),
            List.of()),
        new Spec.FilterSpec(List.of(), Optional.empty()),
        new WorkerSpec.Versioned("daily-totals", 2),
        Optional.empty(),
        new LiveTableOptions(
            "jdbc:postgresql://localhost/app",
            "app",
            null,
            "public.daily_totals",
            List.of("user_id", "day"),
            List.of("total"),
            null,
            Map.of(),
            Duration.ofSeconds(10),
            Duration.ZERO),
        Optional.empty(),
        new LimitsSpec(
            Optional.empty(),
            new Amount(0, Amount.Unit.ROWS),
            new Amount(0, Amount.Unit.ROWS),
            LimitsSpec.MissingCoverage.FAIL,
            ReadRate.UNLIMITED,
            Optional.empty(),
            Duration.ofMinutes(1)),
        new ExecutionSpec(ExecutionSpec.Mode.BATCH, Duration.ofMinutes(1), Optional.empty()),
        ConflictPolicy.ABORT,
        "plans",
        "name: daily-totals\n");
  }
}
