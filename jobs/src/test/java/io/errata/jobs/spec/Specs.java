package io.errata.jobs.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Specs for tests. */
final class Specs {
  static final Path FOLDER = Path.of("/specs");

  /** The one of the docs, with a declared worker. */
  static final String DECLARED =
      """
      name: daily-totals-2024-06-10
      window: { from: 2024-06-10T12:00:00Z, to: 2024-06-10T12:30:00Z }
      events:
        archive: { path: archive/payments, layout: "date=%Y-%m-%d", format: parquet }
        fields: { id: event_id, time: ts, type: event_type, sequence: [kafka_partition, kafka_offset] }
      filter: { type: [payment, refund], where: "amount > 0" }
      worker:
        aggregate:
          key: { user_id: user_id, day: "day(ts, UTC)" }
          columns: { total: sum(value), events: count() }
      table:
        jdbc: { url: "jdbc:postgresql://localhost/app", user: app, password: "${env:PGPASSWORD}" }
        name: public.daily_totals
        key: [user_id, day]
        compare: [total, events]
        owns: "day >= date '2024-06-10' and day < date '2024-06-11'"
        set: { updated_at: "now()" }
      limits: { corrections: 5%, deletes: 0, quarantine: 0, missing-coverage: fail, rate: 50000/s, worker-time: PT10S }
      conflicts: abort
      """;

  static final Map<String, String> ENVIRONMENT =
      Map.of(
          "PGPASSWORD", "hunter2",
          "EMPTY", "",
          "PGHOST", "db",
          "PGUSER", "app",
          "URL", "jdbc:postgresql://db/app?user=app&password=hunter2");

  private Specs() {}

  static Spec parse(String text, String... overrides) {
    return SpecParser.parseText(
        text,
        Optional.of(FOLDER),
        List.of(overrides),
        name -> Optional.ofNullable(ENVIRONMENT.get(name)));
  }

  /** The problems of a spec that has some, without the line that counts them. */
  static List<String> problems(String text, String... overrides) {
    ErrataException refused =
        catchThrowableOfType(ErrataException.class, () -> parse(text, overrides));
    assertThat(refused).as("a refusal").isNotNull();
    assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_SPEC);
    assertThat(refused.next()).contains("docs/spec.md");
    assertThat(refused.getMessage()).doesNotContain("hunter2");
    List<String> lines = refused.getMessage().lines().toList();
    assertThat(lines.get(0))
        .isEqualTo(
            "Cannot use the spec: "
                + (lines.size() == 2 ? "1 problem" : lines.size() - 1 + " problems"));
    return lines.stream().skip(1).map(String::strip).toList();
  }

  /** The problems of the spec of the docs after a change of its text. */
  static List<String> problemsAfter(String part, String replacement, String... overrides) {
    assertThat(DECLARED).contains(part);
    return problems(DECLARED.replace(part, replacement), overrides);
  }
}
