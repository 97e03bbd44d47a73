package io.errata.jobs.aggregate;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.fuzz.Budget;
import io.errata.fuzz.Declared;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableColumn.Origin;
import io.errata.state.table.TableColumn.Storage;
import io.errata.state.table.TableDescription;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Any lines as a declared worker: the first makes the key, the others the columns. It is refused,
 * or it is a worker whose definition doesn't depend on when it was read.
 */
public final class AggregateFuzz {
  private static final List<TableColumn> COLUMNS =
      List.of(
          column("user_id", Storage.TEXT, "text"),
          column("day", Storage.DATE, "date"),
          column("total", Storage.INT64, "bigint"),
          column("money", Storage.DECIMAL, "numeric"),
          column("ratio", Storage.FLOAT64, "double precision"),
          column("checksum", Storage.TEXT, "text"),
          column("at", Storage.TIMESTAMP, "timestamp with time zone"));
  private static final List<String> COMPUTED = List.of("total", "money", "ratio", "checksum", "at");
  private static final EventFacts FACTS =
      new EventFacts(
          "event_id",
          "ts",
          Map.of(
              "value", ColumnType.LONG,
              "amount", ColumnType.DECIMAL,
              "weight", ColumnType.DOUBLE,
              "note", ColumnType.TEXT,
              "user_id", ColumnType.TEXT));

  private AggregateFuzz() {}

  private static TableColumn column(String name, Storage storage, String sqlType) {
    return new TableColumn(name, storage, sqlType, 0, 0, 0, true, Origin.WRITTEN);
  }

  public static void read(byte[] data) throws Exception {
    Budget.spend(() -> run(new String(data, StandardCharsets.UTF_8).split("\n", -1)));
  }

  private static void run(String[] lines) {
    Map<String, String> columns = new LinkedHashMap<>();
    for (int i = 1; i < lines.length && i <= COMPUTED.size(); i++) {
      columns.put(COMPUTED.get(i - 1), lines[i]);
    }
    String keyColumn = lines[0].contains("(") ? "day" : "user_id";
    AggregateSpec spec = new AggregateSpec(Map.of(keyColumn, lines[0]), columns);
    TableDescription table =
        new TableDescription(
            "public.t", COLUMNS, List.of(keyColumn), List.copyOf(columns.keySet()));
    try {
      Declared.same(
          "Its definition",
          AggregateWorker.of(spec, table, FACTS).definition(),
          AggregateWorker.of(spec, table, FACTS).definition());
    } catch (ErrataException e) {
      Declared.check(e, ErrorCode.INVALID_SPEC);
    }
  }
}
