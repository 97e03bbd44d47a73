package io.errata.jobs.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.Bucket;
import io.errata.api.Column;
import io.errata.api.ColumnType;
import io.errata.api.Combinable;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Event;
import io.errata.api.Position;
import io.errata.api.RejectedEventException;
import io.errata.api.Row;
import io.errata.api.RowSchema;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableColumn.Origin;
import io.errata.state.table.TableColumn.Storage;
import io.errata.state.table.TableDescription;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AggregateWorkerTest {
  private static final List<TableColumn> COLUMNS =
      List.of(
          column("user_id", Storage.TEXT, "text"),
          column("day", Storage.DATE, "date"),
          column("small", Storage.INT16, "smallint"),
          column("whole", Storage.INT32, "integer"),
          column("total", Storage.INT64, "bigint"),
          new TableColumn(
              "money", Storage.DECIMAL, "numeric(12,2)", 12, 2, 0, true, Origin.WRITTEN),
          column("free", Storage.DECIMAL, "numeric"),
          column("ratio", Storage.FLOAT64, "double precision"),
          column("single", Storage.FLOAT32, "real"),
          column("label", Storage.TEXT, "text"),
          column("checksum", Storage.TEXT, "text"),
          column("raw", Storage.BYTES, "bytea"),
          column("at", Storage.TIMESTAMP, "timestamp with time zone"),
          column("flag", Storage.BOOLEAN, "boolean"),
          column("shape", Storage.OTHER, "point"));
  private static final Map<String, ColumnType> TYPES =
      Map.of(
          "value", ColumnType.LONG,
          "amount", ColumnType.DECIMAL,
          "weight", ColumnType.DOUBLE,
          "note", ColumnType.TEXT,
          "seen", ColumnType.TIMESTAMP,
          "ok", ColumnType.BOOLEAN);

  private static TableColumn column(String name, Storage storage, String sqlType) {
    return new TableColumn(name, storage, sqlType, 0, 0, 0, true, Origin.WRITTEN);
  }

  private static AggregateWorker worker(String... columns) {
    return worker(TYPES, columns);
  }

  private static AggregateWorker worker(Map<String, ColumnType> types, String... columns) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (String column : columns) {
      int equals = column.indexOf('=');
      texts.put(column.substring(0, equals), column.substring(equals + 1));
    }
    return worker(Map.of("user_id", "user_id"), texts, types);
  }

  private static AggregateWorker worker(
      Map<String, String> key, Map<String, String> columns, Map<String, ColumnType> types) {
    return AggregateWorker.of(
        new AggregateSpec(key, columns),
        new TableDescription(
            "public.t", COLUMNS, List.copyOf(key.keySet()), List.copyOf(columns.keySet())),
        new EventFacts("event_id", "ts", types));
  }

  /** An event whose payload has the worker's fields; numbers of a field are given as text. */
  private record Payment(String id, Instant time, Row payload) implements Event {
    @Override
    public String type() {
      return "payment";
    }

    @Override
    public Position position() {
      return new Position("test", 0);
    }

    @Override
    public RowSchema schema() {
      return payload.schema();
    }

    @Override
    public @Nullable Object value(String name) {
      return payload.value(name);
    }
  }

  private static Event event(AggregateWorker worker, String id, String time, String... fields) {
    Object[] values = new Object[worker.reads().size()];
    for (String field : fields) {
      if (field.equals("-")) {
        continue;
      }
      int equals = field.indexOf('=');
      String name = field.substring(0, equals);
      String text = field.substring(equals + 1);
      if (worker.reads().has(name)) {
        Column column = worker.reads().column(name);
        values[worker.reads().ordinal(name)] =
            switch (column.type()) {
              case LONG -> (Object) Long.valueOf(text);
              case INT -> Integer.valueOf(text);
              case DECIMAL -> new BigDecimal(text);
              case DOUBLE -> Double.valueOf(text);
              case TIMESTAMP -> Instant.parse(text);
              case BOOLEAN -> Boolean.valueOf(text);
              default -> text;
            };
      }
    }
    return new Payment(id, Instant.parse(time), Row.of(worker.reads(), values));
  }

  private static List<Event> events(AggregateWorker worker, String... values) {
    List<Event> events = new ArrayList<>();
    for (String value : values) {
      String id = "e" + events.size();
      String time = "2024-06-10T12:00:0" + events.size() + "Z";
      events.add(event(worker, id, time, ("user_id=u " + value).split(" ")));
    }
    return events;
  }

  private static Row run(AggregateWorker worker, List<Event> events) {
    Row key = worker.keys(events.get(0)).get(0);
    AggregateState state = worker.start(key);
    for (Event event : events) {
      assertThat(worker.keys(event)).containsExactly(key);
      state = worker.apply(state, key, event, effect -> {});
    }
    return worker.result(key, state).orElseThrow();
  }

  private static Row run(AggregateWorker worker, String... values) {
    return run(worker, events(worker, values));
  }

  @Test
  void spec_ofTheContractGivesItsRow() {
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put("total", "sum(value)");
    columns.put("whole", "count()");
    columns.put("checksum", "md5(\"{user_id}-{total}\")");
    Map<String, String> key = new LinkedHashMap<>();
    key.put("user_id", "user_id");
    key.put("day", "day(ts, UTC)");
    AggregateWorker worker = worker(key, columns, TYPES);

    Row row = run(worker, "value=40", "value=2");

    assertThat(worker.bucket()).contains(new Bucket(Bucket.Unit.DAY, ZoneId.of("UTC")));
    assertThat(worker.key().names()).containsExactlyElementsOf(key.keySet());
    assertThat(worker.keys(events(worker, "value=1").get(0)).get(0).asDate("day"))
        .isEqualTo("2024-06-10");
    assertThat(worker.reads().columns())
        .containsExactlyInAnyOrder(
            new Column("user_id", ColumnType.TEXT), new Column("value", ColumnType.LONG));
    assertThat(row.value("total")).isEqualTo(42L);
    assertThat(row.value("whole")).isEqualTo(2);
    // printf 'u-42' | md5sum
    assertThat(row.value("checksum")).isEqualTo("7158d61cfc49fe506398fbbb569b418d");
    assertThat(worker).isInstanceOf(Combinable.class);
  }

  private static String md5(String text) {
    return (String) Template.digest(AggregateFunction.MD5, text, ColumnType.TEXT);
  }

  @Test
  void templateDigests_areThoseOfTheStandards() {
    // The vectors of RFC 1321 and FIPS 180-4 for "abc".
    assertThat(md5("abc")).isEqualTo("900150983cd24fb0d6963f7d28e17f72");
    assertThat(Template.digest(AggregateFunction.SHA256, "abc", ColumnType.TEXT))
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "total=sum(value) | value=1,value=2,- | 3",
        "total=sum(value) | - | null",
        "total=count(value) | value=1,- | 1",
        "total=count(*) | value=1,- | 2",
        "total=count() | - | 1",
        "total=sum(value * 2 + 1) | value=1,value=2 | 8",
        "total=sum(case when note = 'refund' then -value else value end) | value=9 note=x,value=4 note=refund | 5",
        "total=sum(value) filter (where note = 'refund') | value=9 note=x,value=4 note=refund | 4",
        "total=count() filter (where value > 3) | value=9,value=3,- | 1",
        "total=sum(value) filter (where ts >= timestamp '2024-06-10 12:00:01') | value=9,value=4 | 4",
        "total=min(value) | value=3,value=-2,- | -2",
        "total=max(value) | - | null",
        "total=first(value) | -,value=2 | null",
        "total=last(value) | value=1,value=2 | 2",
        "total=count_distinct(note) | note=a,note=b,note=a,- | 2",
        "total=count_distinct(amount) | amount=1.0,amount=1.00,amount=2 | 2",
        "total=count_distinct(event_id) | -,- | 2",
        "total=avg(value) | value=1,value=2 | 2",
        "total=avg(value) | value=-1,value=-2 | -2",
        "total=sum(amount) | amount=1.5,amount=2.5 | 4",
        "free=max(amount) | amount=2.50,amount=2.5 | 2.5",
        "free=max(amount) | amount=2.5,amount=2.50 | 2.5",
        "free=sum(amount) | amount=100.00 | 100",
        "money=sum(amount) | amount=0.005,amount=0.10 | 0.11",
        "money=sum(amount) | amount=-0.005 | -0.01",
        "money=avg(amount) | amount=1,amount=0,amount=0 | 0.33",
        "free=avg(value) | value=2,value=0,value=0 | 0.6666666666666667",
        "free=sum(value) | value=9223372036854775807,value=1 | 9223372036854775808",
        "free=sum(amount * value) | amount=1.25 value=3,amount=2 value=2 | 7.75",
        "ratio=sum(weight) | weight=1e16,weight=1,weight=-1e16 | 1.0",
        "ratio=avg(weight) | weight=0.1,weight=0.2,weight=0.3 | 0.2",
        "ratio=avg(value) | value=1,value=0,value=0 | 0.3333333333333333",
        "ratio=sum(amount) | amount=0.1,amount=0.2 | 0.3",
        "ratio=min(weight) | weight=NaN,weight=2 | 2.0",
        "ratio=max(weight) | weight=NaN,weight=2 | NaN",
        "ratio=max(weight) | weight=-0.0 | 0.0",
        "single=sum(weight) | weight=0.1 | 0.10000000149011612",
        "label=max(note) | note=\uE000,note=\uD83D\uDE00 | \uD83D\uDE00",
        "label=last(note) | note=a,note=b | b",
        "at=max(ts) | -,- | 2024-06-10T12:00:01Z",
        "at=first(seen) | seen=2024-01-01T00:00:00.1234567Z | 2024-01-01T00:00:00.123456Z",
        "flag=min(ok) | ok=true,ok=false | false",
        "small=max(value) | value=32767 | 32767",
      })
  void function_gives(String column, String values, String expected) {
    AggregateWorker worker = worker(column);
    Row row = run(worker, values.split(","));

    Object value = row.value(0);
    assertThat(
            value instanceof BigDecimal decimal ? decimal.toPlainString() : String.valueOf(value))
        .isEqualTo(expected);
  }

  @Test
  void sum_ofUntypedFieldIsReadInTheColumnsType() {
    Map<String, ColumnType> untyped = Map.of("value", ColumnType.TEXT, "user_id", ColumnType.TEXT);

    assertThat(worker(untyped, "total=sum(value)").reads().column("value").type())
        .isEqualTo(ColumnType.LONG);
    assertThat(worker(untyped, "money=sum(value)").reads().column("value").type())
        .isEqualTo(ColumnType.DECIMAL);
    assertThat(worker(untyped, "ratio=sum(value)").reads().column("value").type())
        .isEqualTo(ColumnType.DOUBLE);
    assertThat(
            worker(Map.of(), "total=sum(value)", "free=avg(value)").reads().column("value").type())
        .isEqualTo(ColumnType.LONG);
    assertThat(worker(Map.of(), "free=avg(value)", "at=max(seen)", "label=last(note)").reads())
        .hasToString(
            RowSchema.builder()
                .column("user_id", ColumnType.TEXT)
                .column("seen", ColumnType.TIMESTAMP)
                .column("note", ColumnType.TEXT)
                .column("value", ColumnType.DECIMAL)
                .build()
                .toString());
    assertThat(worker("free=sum(value)").reads().column("value").type()).isEqualTo(ColumnType.LONG);
  }

  @Test
  void sum_beyondTheColumnIsAnErrorThatNamesTheKey() {
    AggregateWorker worker = worker("total=sum(value)");

    assertThatThrownBy(() -> run(worker, "value=9223372036854775807", "value=1"))
        .isInstanceOfSatisfying(
            ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_VALUE))
        .hasMessageContaining("Cannot compute total = sum(value) for the row {user_id=u}")
        .hasMessageContaining("bigint");
    assertThat(run(worker, "value=9223372036854775807", "value=1", "value=-1").value(0))
        .isEqualTo(Long.MAX_VALUE);
    assertThat(
            run(
                    worker,
                    "value=9223372036854775807",
                    "value=9223372036854775807",
                    "value=-9223372036854775808")
                .value(0))
        .isEqualTo(Long.MAX_VALUE - 1);
    assertThatThrownBy(() -> run(worker("small=sum(value)"), "value=32768"))
        .hasMessageContaining("smallint");
    assertThatThrownBy(() -> run(worker("money=sum(amount)"), "amount=9999999999.995"))
        .hasMessageContaining("numeric(12,2)");
    assertThatThrownBy(() -> run(worker("total=sum(amount)"), "amount=1.5"))
        .hasMessageContaining("whole number");
    assertThatThrownBy(() -> run(worker("ratio=sum(weight)"), "weight=1e308", "weight=1e308"))
        .hasMessageContaining("exceeds the greatest double");
    assertThatThrownBy(() -> run(worker("total=sum(value * 2)"), "value=9223372036854775807"))
        .isInstanceOf(RejectedEventException.class)
        .hasMessageContaining("64 bits");
  }

  @Test
  void template_holdsWhatTheTablePrints() {
    AggregateWorker worker =
        worker(
            "checksum=md5('{money}|{free}|{ratio}|{single}|{at}|{flag}|{{{user_id}}}|{raw}')",
            "money=sum(amount)",
            "free=max(amount)",
            "ratio=sum(weight)",
            "single=max(weight)",
            "at=last(ts)",
            "flag=last(ok)",
            "raw=sha256('{total}')",
            "total=count()");

    Row row = run(worker, "amount=2.50 weight=1e15 ok=true");

    Object raw = Template.digest(AggregateFunction.SHA256, "1", ColumnType.TEXT);
    assertThat(row.value("checksum"))
        .isEqualTo(md5("2.50|2.5|1e+15|1e+15|2024-06-10T12:00:00Z|true|{u}|\\x" + raw));
    assertThat(worker.columns().names())
        .containsExactly(
            "checksum", "money", "free", "ratio", "single", "at", "flag", "raw", "total");
  }

  @Test
  void template_withANullIsNull() {
    assertThat(run(worker("checksum=md5('{total}')", "total=sum(value)"), "-").value(0)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "1,1",
    "0.1,0.1",
    "100000,100000",
    "123456789012345,123456789012345",
    "1e15,1e+15",
    "0.0001,0.0001",
    "0.00001,1e-05",
    "1.5e300,1.5e+300",
    "-2.5,-2.5",
    "4.9e-324,5e-324",
    "1.7976931348623157e308,1.7976931348623157e+308",
    "2e-3,0.002",
    "9007199254740993,9.007199254740992e+15",
    "2.2250738585072014e-308,2.2250738585072014e-308",
    "NaN,NaN",
    "Infinity,Infinity",
    "-Infinity,-Infinity",
    "-0.0,0",
    "123456.789,123456.789",
    "1e23,1e+23",
  })
  void printedDouble_isPostgresForm(double number, String printed) {
    assertThat(PrintedValue.of(column("ratio", Storage.FLOAT64, "double precision"), number))
        .isEqualTo(printed);
  }

  @ParameterizedTest
  @CsvSource({
    "0.1,0.1",
    "1000000,1e+06",
    "123456,123456",
    "3.4028235e38,3.4028235e+38",
    "1e-5,1e-05",
    "16777216,1.6777216e+07"
  })
  void printedFloat_isPostgresForm(float number, String printed) {
    assertThat(PrintedValue.of(column("single", Storage.FLOAT32, "real"), (double) number))
        .isEqualTo(printed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "total=median(value) | Cannot compute column total = median(value): There is no function median (there are sum, count",
        "total=value | Not a function",
        "total=sum() | sum takes one argument, not 0",
        "total=sum(value, amount) | sum takes one argument, not 2",
        "label=sum(note) | sum takes numbers, not TEXT",
        "total=count(distinct value) | Cannot use distinct",
        "total=sum('value') | sum takes a field, not a text",
        "label=md5(note) | md5 takes a template in quotes",
        "label=md5('{nothing}') | there is no column nothing",
        "label=md5('{totl}') | there is no column totl",
        "label=md5('{label}') | its template holds itself",
        "label=md5('{') | the brace at 1 stands alone",
        "label=md5('}') | the brace at 1 stands alone",
        "total=md5('x') | it is a text and the column's type is bigint",
        "free=sum(weight) | its type is DOUBLE and the column's is numeric",
        "free=avg(weight) | its type is DOUBLE and the column's is numeric",
        "label=count() | its type is LONG and the column's is text",
        "total=sum(value) over () | over",
        "total=sum(value) filter (where value) | its filter is LONG",
        "totals=sum(value) | Cannot find column totals in public.t; did you mean total?",
        "user_id=max(note) | Cannot compute column user_id: it is of the key",
        "shape=max(note) | Cannot compute column shape (point)",
        "total=sum(value) filter (where value > 'x') | Cannot compare",
      })
  void spec_thatIsWrongIsRefused(String column, String part) {
    Map<String, String> texts =
        Map.of(column.substring(0, column.indexOf('=')), column.substring(column.indexOf('=') + 1));
    AggregateSpec spec = new AggregateSpec(Map.of("user_id", "user_id"), texts);
    TableDescription table =
        new TableDescription("public.t", COLUMNS, List.of("user_id"), List.of());

    assertThatThrownBy(
            () -> AggregateWorker.of(spec, table, new EventFacts("event_id", "ts", TYPES)))
        .isInstanceOfSatisfying(
            ErrataException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SPEC);
              assertThat(e.next()).isNotBlank();
            })
        .satisfies(e -> assertThat(e).hasMessageContaining(part));
  }

  @Test
  void spec_thatDoesNotFitTheTableIsRefused() {
    EventFacts facts = new EventFacts("event_id", "ts", TYPES);
    TableDescription table =
        new TableDescription("public.t", COLUMNS, List.of("user_id", "day"), List.of("total"));
    Map<String, String> totals = Map.of("total", "sum(value)");

    assertThatThrownBy(
            () ->
                AggregateWorker.of(
                    new AggregateSpec(Map.of("user_id", "user_id"), totals), table, facts))
        .hasMessageContaining("Cannot make key column day");
    Map<String, String> key = Map.of("user_id", "user_id", "day", "day(ts, UTC)");
    assertThatThrownBy(() -> AggregateWorker.of(new AggregateSpec(key, Map.of()), table, facts))
        .hasMessageContaining("Cannot compute column total");
    Map<String, String> more = Map.of("user_id", "user_id", "day", "day(ts, UTC)", "dey", "value");
    assertThatThrownBy(() -> AggregateWorker.of(new AggregateSpec(more, totals), table, facts))
        .hasMessageContaining("Cannot use dey as a key column")
        .hasMessageContaining("did you mean day?");
    Map<String, String> wrong = Map.of("user_id", "user_id", "day", "hour(ts, UTC)");
    assertThatThrownBy(() -> AggregateWorker.of(new AggregateSpec(wrong, totals), table, facts))
        .hasMessageContaining("Cannot compute column day = hour(ts, UTC)")
        .hasMessageContaining("TIMESTAMP");
  }

  @Test
  void templates_thatHoldEachOtherAreRefused() {
    assertThatThrownBy(() -> worker("label=md5('{checksum}')", "checksum=md5('{label}')"))
        .hasMessageContaining("by way of label and checksum");
  }

  @Test
  void key_thatIsNullRejectsTheEvent() {
    AggregateWorker worker = worker("total=count()");
    Event event = event(worker, "e", "2024-06-10T12:00:00Z");

    assertThatThrownBy(() -> worker.keys(event))
        .isInstanceOf(RejectedEventException.class)
        .hasMessageContaining("Cannot tell key column user_id = user_id");
  }

  @Test
  void bucket_isOfTheEventTimeOnly() {
    Map<String, String> columns = Map.of("total", "count()");

    assertThat(worker(Map.of("day", "day(seen, UTC)"), columns, TYPES).bucket()).isEmpty();
    assertThat(worker(Map.of("at", "hour(ts, Europe/Zurich)"), columns, TYPES).bucket())
        .contains(new Bucket(Bucket.Unit.HOUR, ZoneId.of("Europe/Zurich")));
    Map<String, String> both = Map.of("day", "month(ts, UTC)", "at", "minute(ts, UTC)");
    assertThat(worker(both, columns, TYPES).bucket())
        .contains(new Bucket(Bucket.Unit.MINUTE, ZoneId.of("UTC")));
  }

  @Test
  void day_inAZoneIsThatZonesDay() {
    AggregateWorker worker =
        worker(Map.of("day", "day(ts, Europe/Zurich)"), Map.of("total", "count()"), TYPES);

    assertThat(worker.keys(event(worker, "e", "2024-06-10T22:00:00Z")).get(0).value(0))
        .isEqualTo(LocalDate.of(2024, 6, 11));
    assertThat(worker.keys(event(worker, "e", "2024-03-30T22:59:59Z")).get(0).value(0))
        .isEqualTo(LocalDate.of(2024, 3, 30));
  }

  @Test
  void worker_isCombinableUnlessOrderShows() {
    assertThat(worker("total=sum(value)", "whole=count()", "ratio=avg(weight)"))
        .isInstanceOf(Combinable.class);
    assertThat(worker("total=first(value)")).isNotInstanceOf(Combinable.class);
    assertThat(worker("label=last(note)")).isNotInstanceOf(Combinable.class);
  }

  @Test
  void states_combineInAnyGroupingAndOrder() {
    AggregateWorker worker =
        worker(
            "total=sum(value)",
            "whole=count()",
            "small=count_distinct(value)",
            "money=avg(amount)",
            "free=sum(amount)",
            "ratio=sum(weight)",
            "single=max(weight)",
            "label=min(note)",
            "checksum=md5('{ratio}{money}')");
    Random random = new Random(1);
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      String value =
          random.nextInt(9) == 0
              ? String.valueOf(Long.MAX_VALUE / 300)
              : String.valueOf(random.nextInt());
      events.add(
          event(
              worker,
              "e" + i,
              "2024-06-10T12:00:00Z",
              "user_id=u",
              "value=" + value,
              "amount=" + new BigDecimal(random.nextInt()).movePointLeft(random.nextInt(4)),
              "weight=" + random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20),
              "note=" + (char) ('a' + random.nextInt(26))));
    }
    Row expected = run(worker, events);
    @SuppressWarnings("unchecked")
    Combinable<AggregateState> combinable = (Combinable<AggregateState>) (Object) worker;
    Row key = worker.keys(events.get(0)).get(0);
    for (int round = 0; round < 20; round++) {
      Collections.shuffle(events, random);
      AggregateState[] parts = new AggregateState[1 + random.nextInt(7)];
      Arrays.setAll(parts, i -> worker.start(key));
      for (Event event : events) {
        int part = random.nextInt(parts.length);
        parts[part] = worker.apply(parts[part], key, event, effect -> {});
      }
      AggregateState all = worker.start(key);
      for (AggregateState part : parts) {
        all = random.nextBoolean() ? combinable.combine(all, part) : combinable.combine(part, all);
      }
      assertThat(worker.result(key, all)).contains(expected);
    }
  }

  @Test
  void resume_goesOnFromARow() {
    AggregateWorker worker =
        worker(
            "total=sum(value)",
            "whole=count()",
            "free=sum(amount)",
            "label=last(note)",
            "small=min(value)");
    Row key = Row.of(worker.key(), "u");
    Row base = Row.of(worker.columns(), 40L, 3, new BigDecimal("1.5"), "old", 7);
    AggregateState state = worker.resume(key, base);
    for (Event event : events(worker, "value=2 amount=0.5 note=new")) {
      state = worker.apply(state, key, event, effect -> {});
    }

    assertThat(worker.result(key, state))
        .contains(Row.of(worker.columns(), 42L, 4, new BigDecimal("2"), "new", 2));
    assertThatThrownBy(
            () ->
                worker("ratio=sum(weight)")
                    .resume(key, Row.of(worker("ratio=sum(weight)").columns(), 1.0)))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("Cannot resume column ratio = sum(weight)");
  }

  @Test
  void definition_dependsOnMeaningNotOnWriting() {
    AggregateWorker first =
        worker("total=sum( value )", "whole=COUNT(*)", "label=md5(\"{total}\")");
    AggregateWorker second =
        worker("label=md5('{total}')", "whole=count()", "total=SUM(\"value\")");

    assertThat(first.definition())
        .isEqualTo(second.definition())
        .isEqualTo(
            "{\"key\":{\"user_id\":\"\\\"user_id\\\"\"},\"columns\":{\"label\":\"md5('{total}')\",\"total\":\"sum(\\\"value\\\")\","
                + "\"whole\":\"count()\"}}");
    assertThat(worker("total=sum(value + 1)").definition())
        .isNotEqualTo(worker("total=sum(value)").definition());
  }

  @Test
  void fields_areThoseThatTheSourceIsAskedFor() {
    AggregateSpec spec =
        new AggregateSpec(
            Map.of("user_id", "user_id"),
            Map.of(
                "total", "sum(value) filter (where note = 'x')", "checksum", "md5(\"{user_id}\")"));

    assertThat(spec.fields()).containsExactlyInAnyOrder("user_id", "value", "note");
  }
}
