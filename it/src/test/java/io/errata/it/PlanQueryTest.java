package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.Bytes;
import io.errata.api.Row;
import io.errata.state.plan.Correction;
import io.errata.state.plan.CorrectionFileWriter;
import io.errata.state.plan.EffectEntry;
import io.errata.state.plan.EffectFileWriter;
import io.errata.state.plan.LocalPlanStorage;
import io.errata.state.plan.PlanStorage;
import io.errata.state.plan.QuarantineEntry;
import io.errata.state.plan.QuarantineFileWriter;
import io.errata.state.table.Image;
import io.errata.state.table.LiveRow;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableColumn.Origin;
import io.errata.state.table.TableColumn.Storage;
import io.errata.state.table.TableDescription;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of a plan are read by a program of somebody else, with the types that they have. */
class PlanQueryTest {
  private static final TableDescription TABLE =
      new TableDescription(
          "public.totals",
          List.of(
              column("user_id", Storage.TEXT, 0, 0),
              column("total", Storage.DECIMAL, 12, 2),
              column("exact", Storage.DECIMAL, 0, 0),
              column("day", Storage.DATE, 0, 0),
              column("at", Storage.TIMESTAMP, 0, 0),
              column("id", Storage.UUID, 0, 0),
              column("body", Storage.BYTES, 0, 0),
              column("op", Storage.INT32, 0, 0)),
          List.of("user_id"),
          List.of("total", "exact", "day", "at", "id", "body", "op"));

  @TempDir private Path folder;

  @BeforeEach
  void write() {
    PlanStorage storage = LocalPlanStorage.of(folder);
    CorrectionFileWriter corrections =
        CorrectionFileWriter.open(storage, "corrections/a.parquet", TABLE);
    Image image = new Image(Arrays.asList("bob", "-1.50", null));
    corrections.write(new Correction.Insert(row("ann", "12.30", 1)));
    corrections.write(
        new Correction.Update(row("bob", "2.00", 2), new LiveRow(row("bob", "-1.50", 3), image)));
    corrections.write(new Correction.Delete(new LiveRow(row("cyd 😀", "9999999999.99", 4), image)));
    corrections.close();
    QuarantineFileWriter quarantine = QuarantineFileWriter.open(storage, "quarantine/a.parquet");
    quarantine.write(new QuarantineEntry(null, null, null, "events.csv", 7, "it is no number"));
    quarantine.close();
    EffectFileWriter effects = EffectFileWriter.open(storage, "effects/a.parquet");
    effects.write(new EffectEntry("user_id=bob", "e1", "totals@2", "mail", "bob", "hello"));
    effects.close();
  }

  @Test
  void corrections_areQueriedByKeyBeforeAndAfter() throws SQLException {
    assertThat(
            query(
                "select op, key.user_id, before.total, after.total, after.total - before.total, image"
                    + " from '%s/corrections/*.parquet'"))
        .containsExactly(
            "insert|ann|null|12.30|null|null",
            "update|bob|-1.50|2.00|3.50|[bob, -1.50, NULL]",
            "delete|cyd 😀|9999999999.99|null|null|[bob, -1.50, NULL]");
  }

  @Test
  void corrections_haveTheTypesOfTheTable() throws SQLException {
    assertThat(
            query(
                "select typeof(after.total), typeof(after.exact), typeof(after.day), typeof(after.at), typeof(after.id),"
                    + " typeof(after.body), typeof(after.op) from '%s/corrections/*.parquet' limit 1"))
        .containsExactly("DECIMAL(12,2)|VARCHAR|DATE|TIMESTAMP WITH TIME ZONE|UUID|BLOB|INTEGER");
    assertThat(
            query(
                "select after.exact, after.day, epoch_us(after.at), after.id, hex(after.body), after.op"
                    + " from '%s/corrections/*.parquet' where op = 'insert'"))
        .containsExactly(
            "0.100|2024-06-10|1718020800000001|00112233-4455-6677-8899-aabbccddeeff|00FF|1");
  }

  @Test
  void quarantineAndEffects_areQueried() throws SQLException {
    assertThat(query("select event_id, source, \"offset\", reason from '%s/quarantine/*.parquet'"))
        .containsExactly("null|events.csv|7|it is no number");
    assertThat(
            query("select key, event_id, worker, kind, target, detail from '%s/effects/*.parquet'"))
        .containsExactly("user_id=bob|e1|totals@2|mail|bob|hello");
  }

  private List<String> query(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet results = statement.executeQuery(sql.replace("%s", folder.toString()))) {
      while (results.next()) {
        List<String> texts = new ArrayList<>();
        for (int i = 1; i <= results.getMetaData().getColumnCount(); i++) {
          texts.add(String.valueOf(results.getString(i)));
        }
        rows.add(String.join("|", texts));
      }
    }
    return rows;
  }

  private static Row row(String user, String total, int op) {
    return Row.of(
        TABLE.values(),
        user,
        new BigDecimal(total),
        new BigDecimal("0.100"),
        LocalDate.parse("2024-06-10"),
        Instant.parse("2024-06-10T12:00:00.000001Z"),
        UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"),
        Bytes.ofHex("00ff"),
        op);
  }

  private static TableColumn column(String name, Storage storage, int precision, int scale) {
    return new TableColumn(
        name, storage, storage.name(), precision, scale, 0, true, Origin.WRITTEN);
  }
}
