package io.errata.state.table.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.Bytes;
import io.errata.api.Row;
import io.errata.state.digest.CanonicalForm;
import io.errata.state.digest.Digest;
import io.errata.state.table.LiveRow;
import io.errata.state.table.LiveTable;
import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.RowReader;
import io.errata.state.table.Snapshot;
import io.errata.testkit.PostgresServer;
import io.errata.testkit.PostgresStore;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The canonical form in Java and the one in SQL are one: on awkward and on generated values of
 * every type.
 */
class CanonicalFormSqlIT {
  private static final int GENERATED = 2000;
  private static final List<String> COLUMNS =
      List.of(
          "b boolean",
          "i2 smallint",
          "i4 integer",
          "i8 bigint",
          "n numeric",
          "n2 numeric(40,2)",
          "n4 numeric(40,4)",
          "f4 real",
          "f8 double precision",
          "t text",
          "v varchar(200)",
          "c char(12)",
          "x bytea",
          "d date",
          "z timestamptz",
          "l timestamp",
          "u uuid",
          "m mood",
          "p positive",
          "z3 timestamptz(3)",
          "q numeric(5,-2)");

  @Test
  void form_inSqlEqualsTheOneInJava() {
    String database = PostgresServer.shared().createDatabase();
    try (PostgresStore store = PostgresStore.open(PostgresServer.shared(), database)) {
      boolean negativeScale =
          Integer.parseInt(store.read("SHOW server_version_num").get(0)) >= 150_000;
      List<String> columns =
          COLUMNS.stream().map(c -> negativeScale ? c : c.replace("(5,-2)", "(5,2)")).toList();
      store.execute("CREATE TYPE mood AS ENUM ('sad', 'so so', 'fröhlich')");
      store.execute("CREATE DOMAIN positive AS bigint CHECK (VALUE > 0)");
      store.execute(
          "CREATE TABLE every (id bigint PRIMARY KEY, " + String.join(", ", columns) + ")");
      LiveTableOptions options =
          new LiveTableOptions(
              PostgresServer.shared().url(database),
              "postgres",
              null,
              "public.every",
              List.of("id"),
              columns.stream().map(c -> c.substring(0, c.indexOf(' '))).toList(),
              null,
              Map.of(),
              Duration.ofSeconds(5),
              Duration.ZERO);
      try (LiveTable live = PostgresLiveTable.open(options);
          Connections connections = new Connections(options);
          Session session = connections.openReading()) {
        Table table = new TableCatalog(options).find(session);
        List<Row> rows = new ArrayList<>();
        for (List<? extends @Nullable Object> values : values()) {
          List<@Nullable Object> row = new ArrayList<>(List.of((long) rows.size()));
          row.addAll(values);
          rows.add(conformed(table, row));
        }
        insert(store, table, rows);

        Map<Long, String> forms = new HashMap<>();
        Map<Long, String> digests = new HashMap<>();
        Map<Long, String> images = new HashMap<>();
        String form =
            table.description().values().names().stream()
                .map(c -> CanonicalSql.of(table.column(c), "t." + SqlText.identifier(c)))
                .collect(Collectors.joining(" || "));
        session.read(
            "SELECT id, "
                + form
                + ", encode("
                + table.values("t")
                + ", 'hex'), encode("
                + table.image("t")
                + ", 'hex') FROM public.every t",
            r -> {
              forms.put(r.getLong(1), r.getString(2));
              digests.put(r.getLong(1), r.getString(3));
              return images.put(r.getLong(1), r.getString(4));
            });
        assertThat(forms).hasSize(rows.size());
        for (int i = 0; i < rows.size(); i++) {
          assertThat(forms.get((long) i)).isEqualTo(CanonicalForm.of(rows.get(i)));
          assertThat(digests.get((long) i))
              .isEqualTo(Digest.ofText(CanonicalForm.of(rows.get(i))).hex());
        }
        int read = 0;
        for (LiveRow row : read(live)) {
          long id = (Long) row.values().value("id");
          assertThat(CanonicalForm.of(row.values())).isEqualTo(forms.get(id));
          assertThat(row.image().digest().hex()).isEqualTo(images.get(id));
          read++;
        }
        assertThat(read).isEqualTo(rows.size());
      } catch (java.sql.SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /**
   * Also shows that the table stores what {@code conform} says: the row is inserted as it was
   * computed.
   */
  private static Row conformed(Table table, List<@Nullable Object> values) {
    List<@Nullable Object> stored = new ArrayList<>();
    List<String> names = table.description().values().names();
    for (int i = 0; i < names.size(); i++) {
      stored.add(table.column(names.get(i)).conform(values.get(i)));
    }
    return Row.ofList(table.description().values(), stored);
  }

  private static void insert(PostgresStore store, Table table, List<Row> rows) {
    for (int from = 0; from < rows.size(); from += 200) {
      String values =
          rows.subList(from, Math.min(rows.size(), from + 200)).stream()
              .map(
                  row ->
                      table.description().values().names().stream()
                          .map(
                              n ->
                                  row.isNull(n)
                                      ? "NULL"
                                      : SqlText.literal(
                                          ValueText.print(
                                              java.util.Objects.requireNonNull(row.value(n)))))
                          .collect(Collectors.joining(", ", "(", ")")))
              .collect(Collectors.joining(", "));
      store.execute("INSERT INTO every VALUES " + values);
    }
  }

  private static List<LiveRow> read(LiveTable live) {
    List<LiveRow> rows = new ArrayList<>();
    try (Snapshot snapshot = live.openSnapshot(Optional.empty(), 1);
        RowReader reader = live.read(snapshot.splits().get(0))) {
      for (Optional<LiveRow> row = reader.next(); row.isPresent(); row = reader.next()) {
        rows.add(row.get());
      }
    }
    return rows;
  }

  private static List<List<? extends @Nullable Object>> values() {
    List<List<? extends @Nullable Object>> rows = new ArrayList<>();
    int awkward = 0;
    for (List<Object> values : AWKWARD) {
      awkward = Math.max(awkward, values.size());
    }
    for (int i = 0; i < awkward; i++) {
      List<@Nullable Object> row = new ArrayList<>();
      for (List<Object> values : AWKWARD) {
        row.add(i < values.size() ? values.get(i) : null);
      }
      rows.add(row);
    }
    SplittableRandom random = new SplittableRandom(20240610);
    for (int i = 0; i < GENERATED; i++) {
      rows.add(generated(random));
    }
    return rows;
  }

  private static final BigDecimal THOUSAND_DIGITS = new BigDecimal("9".repeat(1000));

  /** Of each column in turn. */
  private static final List<List<Object>> AWKWARD =
      List.of(
          List.of(true, false),
          List.of(0, -32768, 32767, -1),
          List.of(0, Integer.MIN_VALUE, Integer.MAX_VALUE),
          List.of(0L, Long.MIN_VALUE, Long.MAX_VALUE, -1L),
          List.of(
              BigDecimal.ZERO,
              new BigDecimal("0.000"),
              new BigDecimal("-0.10"),
              new BigDecimal("1E+3"),
              new BigDecimal("100"),
              THOUSAND_DIGITS,
              THOUSAND_DIGITS.movePointLeft(500).negate(),
              THOUSAND_DIGITS.movePointLeft(1000)),
          List.of(
              new BigDecimal("1.5"),
              new BigDecimal("1.005"),
              new BigDecimal("-1.005"),
              new BigDecimal("0.004")),
          List.of(new BigDecimal("1.5"), new BigDecimal("1.00005"), new BigDecimal("-99.99995")),
          List.of(
              0.0,
              -0.0,
              Double.NaN,
              Double.POSITIVE_INFINITY,
              Double.NEGATIVE_INFINITY,
              (double) Float.MIN_VALUE,
              (double) Float.MAX_VALUE,
              0.1,
              1e10),
          List.of(
              0.0,
              -0.0,
              Double.NaN,
              Double.POSITIVE_INFINITY,
              Double.NEGATIVE_INFINITY,
              Double.MIN_VALUE,
              Double.MIN_NORMAL,
              Double.MAX_VALUE,
              0.1,
              1e22,
              2e-3,
              Double.longBitsToDouble(0xfff8000000000001L)),
          List.of(
              "",
              " ",
              "a",
              "~",
              "1-23",
              "12-3",
              "\t\n\r\\",
              "\\N",
              "😀",
              "e\u0301",
              "\u00e9",
              "'\"",
              "t1:x",
              "\u0001"),
          List.of("", "t0:", "x ", "  x"),
          List.of("", "ab", "ab  ", "  ab", "\u00e9😀"),
          List.of(Bytes.of(), Bytes.ofHex("00"), Bytes.ofHex("ff5c0a27")),
          List.of(
              LocalDate.EPOCH,
              LocalDate.parse("1582-10-10"),
              LocalDate.of(-4712, 1, 1),
              LocalDate.of(0, 12, 31),
              LocalDate.of(1, 1, 1),
              LocalDate.of(99999, 12, 31),
              LocalDate.of(5874897, 12, 31)),
          List.of(
              Instant.EPOCH,
              Instant.EPOCH.minusNanos(1000),
              Instant.parse("2024-03-31T01:30:00.123456Z"),
              Instant.parse("-4712-01-01T00:00:00Z"),
              Instant.parse("+294276-12-31T23:59:59.999999Z"),
              Instant.parse("1969-12-31T23:59:59.999999999Z")),
          List.of(
              Instant.EPOCH,
              Instant.EPOCH.minusNanos(1000),
              Instant.parse("2024-10-27T01:30:00.1Z"),
              Instant.parse("-0001-01-01T00:00:00.000001Z"),
              Instant.parse("+294276-12-31T23:59:59.999999Z")),
          List.of(new UUID(0, 0), new UUID(-1, -1)),
          List.of("sad", "so so", "fröhlich"),
          List.of(1L, Long.MAX_VALUE),
          List.of(
              Instant.parse("1999-12-31T23:59:59.999500Z"),
              Instant.parse("1999-12-31T23:59:59.9994Z"),
              Instant.parse("2000-01-01T00:00:00.000500Z"),
              Instant.parse("1970-01-01T00:00:00.000500Z"),
              Instant.parse("2024-06-10T12:00:00.123456Z")),
          List.of(
              new BigDecimal("149"),
              new BigDecimal("150"),
              new BigDecimal("-150"),
              BigDecimal.ZERO));

  private static List<@Nullable Object> generated(SplittableRandom random) {
    List<@Nullable Object> row = new ArrayList<>();
    for (int i = 0; i < COLUMNS.size(); i++) {
      row.add(random.nextInt(12) == 0 ? null : value(i, random));
    }
    return row;
  }

  private static Object value(int column, SplittableRandom random) {
    long bits = random.nextLong() >> random.nextInt(64);
    return switch (column) {
      case 0 -> random.nextBoolean();
      case 1 -> random.nextInt(-32768, 32768);
      case 2 -> (int) bits;
      case 3 -> bits;
      case 4 ->
          new BigDecimal(
              new BigInteger(random.nextInt(1, 300), new java.util.Random(bits)),
              random.nextInt(-20, 60));
      case 5, 6 -> BigDecimal.valueOf(bits, random.nextInt(0, 12));
      // What is not a normal float has no place in a float4 column.
      case 7 -> (double) normal(Float.intBitsToFloat((int) random.nextLong()));
      case 8 -> Double.longBitsToDouble(random.nextLong());
      case 9, 10 -> text(random, 40);
      case 11 -> text(random, 12);
      case 12 -> Bytes.of(bytes(random));
      case 13 -> LocalDate.ofEpochDay(random.nextLong(-2440000, 200_000_000));
      case 14, 15, 19 ->
          Instant.ofEpochSecond(
              random.nextLong(-200_000_000_000L, 9_000_000_000_000L),
              random.nextInt(1_000_000_000));
      case 16 -> new UUID(random.nextLong(), random.nextLong());
      case 17 -> List.of("sad", "so so", "fröhlich").get(random.nextInt(3));
      case 18 -> (bits & Long.MAX_VALUE) | 1;
      default -> BigDecimal.valueOf(random.nextInt(-90000, 90000), 2);
    };
  }

  private static float normal(float value) {
    return Float.isNaN(value) ? Float.NaN : value;
  }

  private static byte[] bytes(SplittableRandom random) {
    byte[] bytes = new byte[random.nextInt(20)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static String text(SplittableRandom random, int longest) {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(longest + 1);
    for (int i = 0; i < length; i++) {
      int point =
          switch (random.nextInt(5)) {
            case 0 -> random.nextInt(1, 0x80);
            case 1 -> random.nextInt(0x80, 0x800);
            case 2 -> random.nextInt(0x10000, 0x110000);
            case 3 -> "\\\t\n ':~-;".charAt(random.nextInt(9));
            default -> random.nextInt('a', 'z' + 1);
          };
      text.appendCodePoint(point);
    }
    return text.toString();
  }
}
