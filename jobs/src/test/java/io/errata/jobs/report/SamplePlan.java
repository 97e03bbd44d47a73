package io.errata.jobs.report;

import io.errata.api.Row;
import io.errata.state.digest.SetDigest;
import io.errata.state.plan.Correction;
import io.errata.state.plan.CorrectionCounts;
import io.errata.state.plan.CorrectionReader;
import io.errata.state.plan.CorrectionSource;
import io.errata.state.plan.PlanManifest;
import io.errata.state.plan.QuarantineEntry;
import io.errata.state.table.Image;
import io.errata.state.table.LiveRow;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableColumn.Origin;
import io.errata.state.table.TableColumn.Storage;
import io.errata.state.table.TableDescription;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A plan to show: daily totals after an incident. */
public final class SamplePlan {
  public static final String ID =
      "3f9c2a71d04e5b88a1c6e0f7d2b94c35e8a7061bfa2d9c4e6b1508f3a7c9d2e1";

  public static final TableDescription TABLE =
      new TableDescription(
          "public.daily_totals",
          List.of(
              column("user_id", Storage.TEXT, "text"),
              column("day", Storage.DATE, "date"),
              column("total", Storage.DECIMAL, "numeric(14,2)"),
              column("events", Storage.INT64, "bigint"),
              column("checksum", Storage.TEXT, "text")),
          List.of("user_id", "day"),
          List.of("total", "events", "checksum"));

  private SamplePlan() {}

  public static TableColumn column(String name, Storage storage, String sqlType) {
    return new TableColumn(name, storage, sqlType, 0, 2, 0, true, Origin.WRITTEN);
  }

  /** A row of {@link #TABLE}. */
  public static Row row(
      String user, @Nullable String total, @Nullable Long events, @Nullable String checksum) {
    return Row.of(
        TABLE.values(),
        user,
        LocalDate.parse("2024-06-10"),
        total == null ? null : new BigDecimal(total),
        events,
        checksum);
  }

  public static LiveRow live(Row row) {
    List<@Nullable String> texts = new ArrayList<>();
    for (int i = 0; i < row.schema().size(); i++) {
      Object value = row.value(i);
      texts.add(value == null ? null : value.toString());
    }
    return new LiveRow(row, new Image(texts));
  }

  public static Correction.Insert insert(Row after) {
    return new Correction.Insert(after);
  }

  public static Correction.Update update(Row before, Row after) {
    return new Correction.Update(after, live(before));
  }

  public static Correction.Delete delete(Row before) {
    return new Correction.Delete(live(before));
  }

  public static CorrectionSource source(Correction... corrections) {
    return source(Arrays.asList(corrections));
  }

  public static CorrectionSource source(List<? extends Correction> corrections) {
    return new CorrectionSource() {
      @Override
      public CorrectionCounts counts() {
        return new CorrectionCounts(
            corrections.stream().filter(Correction.Insert.class::isInstance).count(),
            corrections.stream().filter(Correction.Update.class::isInstance).count(),
            corrections.stream().filter(Correction.Delete.class::isInstance).count());
      }

      @Override
      public SetDigest digest() {
        SetDigest digest = SetDigest.EMPTY;
        for (Correction correction : corrections) {
          digest = digest.add(correction.digest());
        }
        return digest;
      }

      @Override
      public CorrectionReader open() {
        Iterator<? extends Correction> iterator = corrections.iterator();
        return new CorrectionReader() {
          @Override
          public Optional<Correction> next() {
            return iterator.hasNext() ? Optional.of(iterator.next()) : Optional.empty();
          }

          @Override
          public void close() {}
        };
      }
    };
  }

  /**
   * As an incident leaves them: most totals too low, some rows missing, one that should not be
   * there.
   */
  public static List<Correction> corrections() {
    List<Correction> corrections = new ArrayList<>();
    for (int i = 0; i < 900; i++) {
      String user = "user-" + (1000 + i * 37 % 900);
      BigDecimal right = BigDecimal.valueOf(60_000 + (i * 7919L) % 400_003, 2);
      // Most lost an event, some counted one twice; by cents up to hundreds.
      BigDecimal lost = BigDecimal.valueOf((long) Math.pow(1.012, i) + 1, 2);
      BigDecimal wrong = i % 9 == 0 ? right.add(lost) : right.subtract(lost);
      corrections.add(
          update(
              row(user, wrong.toPlainString(), 10L + i % 7, "a1b2" + i),
              row(user, right.toPlainString(), 11L + i % 7, "c3d4" + i)));
    }
    for (int i = 0; i < 60; i++) {
      corrections.add(insert(row("user-" + (5000 + i), i * 7 + ".50", 1L + i % 3, "e5f6" + i)));
    }
    corrections.add(delete(row("user-77", "420.00", 4L, null)));
    return corrections;
  }

  /** A plan of {@link #corrections()}. */
  public static PlanManifest manifest() {
    return manifest(source(corrections()), List.of(), List.of());
  }

  public static PlanManifest manifest(
      CorrectionSource corrections, List<PlanManifest.LimitHit> limits, List<String> warnings) {
    CorrectionCounts counts = corrections.counts();
    List<PlanManifest.ReadPart> inputs = new ArrayList<>();
    for (int hour = 0; hour < 24; hour++) {
      inputs.add(
          new PlanManifest.ReadPart(
              String.format(
                  java.util.Locale.ROOT,
                  "gs://events/payments/date=2024-06-10/hour=%02d/part-0.parquet",
                  hour),
              0,
              41_667,
              41_667,
              1_203_441 + hour,
              "1718064000000"));
    }
    return new PlanManifest(
        ID,
        "daily-totals-2024-06-10",
        "name: daily-totals-2024-06-10\nwindow: { from: 2024-06-10T12:00:00Z, to: 2024-06-10T12:30:00Z }\ntable:\n  jdbc: { url: \"jdbc:postgresql://localhost/app\", user: app, password: \"${env:PGPASSWORD}\" }\n",
        new PlanManifest.WindowSection(
            Instant.parse("2024-06-10T12:00:00Z"),
            Instant.parse("2024-06-10T12:30:00Z"),
            Instant.parse("2024-06-10T00:00:00Z"),
            Instant.parse("2024-06-11T00:00:00Z"),
            Optional.of("a row is made by the events of its whole day (UTC)")),
        new PlanManifest.WorkerSection("daily-totals@2", "", "9d1f0c"),
        new PlanManifest.TableSection(
            "jdbc:postgresql://localhost/app",
            TABLE,
            Optional.of("day >= date '2024-06-10' and day < date '2024-06-11'"),
            Map.of("updated_at", "now()")),
        new PlanManifest.SnapshotSection(
            "00000004-0000001B-1", Instant.parse("2024-06-10T14:02:11Z")),
        new PlanManifest.EventCounts(1_000_008, 998_800, 1_200, 640, 2, 996_958),
        new PlanManifest.RowCounts(
            200_000, 199_941, 199_040, counts.insert(), counts.update(), counts.delete(), 2),
        new PlanManifest.Coverage(true, List.of(), inputs, List.of()),
        1_204,
        limits,
        warnings,
        counts,
        corrections.digest(),
        List.of(),
        Map.of("read", 4.2, "compare", 1.1, "write", 0.3),
        "0.1.0",
        Instant.parse("2024-06-10T14:02:19Z"));
  }

  public static List<QuarantineEntry> quarantined() {
    return List.of(
        new QuarantineEntry(
            "user_id=user-312, day=2024-06-10",
            "k",
            "e-000812",
            "gs://events/payments/date=2024-06-10/hour=12/part-0.parquet",
            20_117,
            "two events have this id, and differ"),
        new QuarantineEntry(
            "user_id=user-9, day=2024-06-10",
            "k2",
            null,
            "gs://events/payments/date=2024-06-10/hour=13/part-0.parquet",
            114,
            "the field value isn't a number"));
  }
}
