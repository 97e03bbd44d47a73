package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was lost comes back: a table from its events, and rows from a plan without its ledger. */
class DisasterRecoveryIT {
  private static final String ROWS =
      "SELECT user_id, day::text, total::text, events::text, note FROM daily_totals ORDER BY 1, 2";

  @TempDir static Path events;

  @TempDir Path folder;

  private final Database database = Database.create();

  @BeforeAll
  static void writeTheArchive() throws IOException, SQLException {
    Path day = Files.createDirectory(events.resolve("date=2024-06-10"));
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duck.createStatement()) {
      statement.execute(
          "COPY (SELECT 'e' || i AS event_id, TIMESTAMP '2024-06-10 00:00:00' + to_seconds(i * 28) AS ts,"
              + " 'user-' || (i % 200) AS user_id, CAST(i % 97 AS BIGINT) AS value FROM range(3000) t(i))"
              + " TO '"
              + day.resolve("part-0.parquet")
              + "' (FORMAT parquet)");
    }
  }

  @BeforeEach
  void fillTheTable() throws IOException {
    database.execute(
        "CREATE TABLE daily_totals (user_id text, day date, total bigint, events bigint, note text DEFAULT 'as made',"
            + " PRIMARY KEY (user_id, day))");
    database.execute(
        "INSERT INTO daily_totals SELECT 'user-' || (i % 200), date '2024-06-10', sum(i % 97), count(*)"
            + " FROM generate_series(0, 2999) i GROUP BY i % 200");
    Files.writeString(
        folder.resolve("spec.yaml"),
        """
        name: totals
        window: { from: 2024-06-10T00:00:00Z, to: 2024-06-11T00:00:00Z }
        events:
          archive: { path: "%s", layout: "date=%%Y-%%m-%%d", format: parquet }
          fields: { id: event_id, time: ts }
        worker:
          aggregate:
            key: { user_id: user_id, day: "day(ts, UTC)" }
            columns: { total: sum(value), events: count() }
        table:
          jdbc: { url: "%s", user: postgres }
          name: public.daily_totals
          key: [user_id, day]
          owns: "day = date '2024-06-10'"
        limits: { corrections: 5%%, deletes: 5 }
        """
            .formatted(events, database.url()));
  }

  @AfterEach
  void dropTheDatabase() {
    database.close();
  }

  /** As a bug would: rows that are wrong, gone, and too many. */
  private void damage() {
    database.execute("UPDATE daily_totals SET total = -1, note = 'é' WHERE user_id = 'user-10'");
    database.execute("UPDATE daily_totals SET events = NULL WHERE user_id = 'user-11'");
    database.execute("DELETE FROM daily_totals WHERE user_id = 'user-20'");
    database.execute(
        "INSERT INTO daily_totals VALUES ('ghost', '2024-06-10', 7, 1, 'it''s \"here\"')");
  }

  @Test
  void table_thatWasEmptied_isRebuiltFromItsEvents() {
    List<List<@Nullable String>> before = rows();
    database.execute("TRUNCATE daily_totals");

    ErrataProcess.Ended planned = errata("plan", "spec.yaml", "--json");
    JsonNode plan = planned.document("plan");
    assertThat(plan.at("/rows/insert").asLong()).isEqualTo(200);
    assertThat(plan.at("/rows/update").asLong() + plan.at("/rows/delete").asLong()).isZero();
    // Five percent of no rows is none: whoever has lost a table has to say so.
    assertThat(planned.status()).isEqualTo(4);
    String id = plan.get("plan").asText();
    assertThat(errata("apply", id).status()).isEqualTo(4);
    assertThat(rows()).isEmpty();

    assertThat(errata("apply", id, "--override", "corrections").status()).isZero();
    assertThat(rows()).isEqualTo(before);
    assertThat(errata("verify", "spec.yaml").status()).isZero();

    assertThat(errata("rollback", id).status()).isZero();
    assertThat(rows()).isEmpty();
  }

  @Test
  void table_thatWasDroppedAndMadeAgain_isRebuiltWithoutWhatNoEventMakes() {
    List<List<@Nullable String>> before = rows();
    database.execute("TRUNCATE daily_totals");
    // Somebody began to bring rows back by hand.
    damage();

    String id =
        errata("plan", "spec.yaml", "--set", "limits.corrections=300", "--json")
            .document("plan")
            .get("plan")
            .asText();
    assertThat(errata("apply", id).status()).isZero();
    assertThat(rows()).isEqualTo(before);
    assertThat(errata("verify", "spec.yaml").status()).isZero();
  }

  @Test
  void plan_holdsTheRowsThatItTouchesAsTheyWere() throws SQLException {
    damage();
    String id = plan();
    String files = folder.resolve("plans").resolve(id).resolve("corrections") + "/*.parquet";
    List<List<@Nullable String>> touched =
        rows().stream()
            .filter(row -> List.of("user-10", "user-11", "ghost").contains(row.get(0)))
            .toList();
    assertThat(touched).hasSize(3);
    try (DuckDb duck = new DuckDb()) {
      assertThat(
              duck.query(
                  "SELECT image[1], image[2], image[3], image[4], image[5] FROM '"
                      + files
                      + "' WHERE op <> 'insert' ORDER BY 1, 2"))
          .isEqualTo(touched);
    }
  }

  @Test
  void rollback_needsThePlansFolderAlone() throws IOException {
    damage();
    List<List<@Nullable String>> before = rows();
    String id = plan();
    assertThat(errata("apply", id).status()).isZero();
    assertThat(rows()).isNotEqualTo(before);
    // All that is left is a copy of the plan's folder.
    database.execute("DROP TABLE errata_ledger_row, errata_ledger");
    Files.move(folder.resolve("plans").resolve(id), folder.resolve("copy"));
    Files.delete(folder.resolve("plans"));
    Files.delete(folder.resolve("spec.yaml"));

    ErrataProcess.Ended back = errata("rollback", "copy");
    assertThat(back.status()).as(back.err()).isZero();
    assertThat(back.out())
        .contains("Rolled back: 4 rows (2 updated, 1 inserted, 1 deleted)")
        .contains("Without the ledger: it has nothing about an apply of this plan")
        .contains("Not checked: that the plan was applied at all");
    assertThat(rows()).isEqualTo(before);

    JsonNode again = errata("rollback", "copy", "--json").document("rollback");
    assertThat(again.get("outcome").asText()).isEqualTo("already-applied");
  }

  @Test
  void rollback_withoutTheLedger_overwritesNoLaterRow() {
    damage();
    String id = plan();
    assertThat(errata("apply", id).status()).isZero();
    database.execute("DROP TABLE errata_ledger_row, errata_ledger");
    database.execute("UPDATE daily_totals SET note = 'later' WHERE user_id = 'user-10'");
    database.execute("UPDATE daily_totals SET total = total + 1 WHERE user_id = 'user-20'");
    List<List<@Nullable String>> later = rows();

    ErrataProcess.Ended back = errata("rollback", id);
    assertThat(back.status()).isEqualTo(5);
    assertThat(back.out())
        .contains("user_id=user-10, day=2024-06-10: the row was changed")
        .contains("user_id=user-20, day=2024-06-10: the row was changed")
        .contains("Without the ledger");
    assertThat(rows()).isEqualTo(later);
  }

  /** Of some of its rows only a person knows whether the apply or somebody else made them so. */
  @Test
  void rollback_withoutTheLedger_skipsOnlyWhereAPersonKnows() {
    damage();
    String id = plan();
    assertThat(errata("apply", id).status()).isZero();
    database.execute("DROP TABLE errata_ledger_row, errata_ledger");
    database.execute("UPDATE daily_totals SET note = 'later' WHERE user_id = 'user-10'");
    List<List<@Nullable String>> later = rows();

    ErrataProcess.Ended refused = errata("rollback", id, "--set", "conflicts=skip");
    assertThat(refused.status()).isEqualTo(5);
    assertThat(refused.out())
        .contains("user_id=user-10, day=2024-06-10: the row was changed")
        .contains("With conflicts=skip and --ledger-lost such rows are left");
    assertThat(rows()).isEqualTo(later);

    ErrataProcess.Ended back = errata("rollback", id, "--set", "conflicts=skip", "--ledger-lost");
    assertThat(back.status()).as(back.err()).isZero();
    assertThat(back.out())
        .contains("Rolled back: 3 rows (1 updated, 1 inserted, 1 deleted)")
        .contains("Left as they are: 1 row changed since the plan.");
  }

  @Test
  void rollback_ofAPlanThatWasNeverApplied_writesNothing() {
    damage();
    String id = plan();
    List<List<@Nullable String>> before = rows();
    for (List<String> more : List.of(List.<String>of(), List.of("--ledger-lost"))) {
      ErrataProcess.Ended back = errata("rollback", id, more);
      assertThat(back.status()).isZero();
      assertThat(back.out()).contains("This plan is not applied");
      assertThat(rows()).isEqualTo(before);
    }
  }

  @Test
  void rollback_whereTheLedgerWasLostAndBegunAnew_asksAPerson() {
    damage();
    List<List<@Nullable String>> before = rows();
    String id = plan();
    assertThat(errata("apply", id).status()).isZero();
    database.execute("DROP TABLE errata_ledger_row, errata_ledger");
    // An apply of another plan makes a new ledger, which knows that one only.
    database.execute("DELETE FROM daily_totals WHERE user_id = 'user-30'");
    assertThat(errata("apply", plan()).status()).isZero();
    List<List<@Nullable String>> applied = rows();

    ErrataProcess.Ended refused = errata("rollback", id);
    assertThat(refused.status()).isZero();
    assertThat(refused.out())
        .contains("This plan is not applied, so there is nothing to take back.")
        .contains("errata rollback plans/" + id + " --ledger-lost");
    assertThat(rows()).isEqualTo(applied);

    JsonNode back = errata("rollback", id, "--ledger-lost", "--json").document("rollback");
    assertThat(back.get("outcome").asText()).isEqualTo("applied");
    assertThat(back.get("guards").asText()).isEqualTo("plan");
    assertThat(rows()).isEqualTo(before);
  }

  private String plan() {
    return errata("plan", "spec.yaml", "--json").document("plan").get("plan").asText();
  }

  private List<List<@Nullable String>> rows() {
    return database.query(ROWS);
  }

  private ErrataProcess.Ended errata(String verb, String argument, List<String> more) {
    return more.isEmpty() ? errata(verb, argument) : errata(verb, argument, more.get(0));
  }

  private ErrataProcess.Ended errata(String... args) {
    return ErrataProcess.run(folder, Map.of(), args);
  }
}
