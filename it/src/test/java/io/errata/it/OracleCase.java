package io.errata.it;

import io.errata.it.EventFiles.Format;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A random case: events in files, a window, a filter, a declared worker and a table. All of it
 * follows from the seed.
 */
final class OracleCase {
  /** Texts that break what joins, quotes, splits or normalises. */
  private static final List<String> HOSTILE =
      List.of(
          "",
          "-",
          ",",
          "a-b",
          "a",
          "-b",
          "\"",
          "\"\"",
          "it's",
          "new\nline",
          "\n",
          "back\\slash",
          "\\N",
          "\\",
          "😀",
          "\uFFFD",
          "\uE000",
          "é",
          "e\u0301",
          "null",
          "NULL",
          " ",
          " a",
          "a ",
          "{x}",
          "%",
          "_",
          "\t",
          "0",
          "00",
          "1e3",
          "İ",
          "ß",
          "a\u200Bb",
          "𝒳",
          "x=1, y=2");

  private static final List<String> TYPES =
      List.of("payment", "refund", "fee", "Payment", "", "a'b");

  private static final List<String> LAYOUTS =
      List.of("", "date=%Y-%m-%d", "date=%Y-%m-%d/hour=%H", "%Y/%m/%d");

  /** A zone, and a day on or next to which its clocks change. */
  private record Place(String zone, String day) {}

  private static final List<Place> PLACES =
      List.of(
          new Place("UTC", "2024-06-10"),
          new Place("UTC", "2024-12-31"),
          new Place("Europe/Zurich", "2024-03-31"),
          new Place("Europe/Zurich", "2024-10-27"),
          new Place("Australia/Lord_Howe", "2024-04-07"),
          new Place("Australia/Lord_Howe", "2024-10-06"),
          // There is no midnight on this day.
          new Place("America/Santiago", "2024-09-08"),
          new Place("Asia/Kathmandu", "2024-02-29"));

  /** A key column: in the spec, and in DuckDB over a field or over a time. */
  record Key(String name, String declared, String duck, OracleColumn.Type type) {}

  private final SplittableRandom random;
  private final long seed;
  final Format format;
  final String layout;
  final Place place;

  /** SQL of the bucket's start, with {@code %s} for the time; null where the key holds none. */
  final @Nullable String bucket;

  final List<Key> keys = new ArrayList<>();
  final List<OracleColumn> columns = new ArrayList<>();
  final List<String> compare = new ArrayList<>();
  final List<String> types;
  final @Nullable String where;
  final List<String> sequence;
  final @Nullable String owns;
  final boolean set;
  final boolean typed;
  final Instant from;
  final Instant to;
  final List<ArchivedEvent> events = new ArrayList<>();
  private final Set<String> read = new TreeSet<>();

  OracleCase(long seed) {
    this.seed = seed;
    this.random = new SplittableRandom(seed);
    this.format = Format.values()[random.nextInt(3) == 0 ? random.nextInt(2, 6) : 0];
    this.layout = pick(LAYOUTS);
    this.place = pick(PLACES);
    boolean odd = random.nextInt(3) == 0;
    String unit =
        random.nextInt(5) == 0 ? "" : pick(List.of("day", "day", "day", "week", "month", "hour"));
    this.bucket = unit.isEmpty() ? null : bucket(unit);
    keys.add(new Key(odd ? "User Id" : "user_id", "user_id", "user_id", OracleColumn.Type.TEXT));
    read.add("user_id");
    if (random.nextInt(4) == 0) {
      keys.add(new Key(odd ? "Läden" : "shop", "shop", "shop", OracleColumn.Type.INT));
      read.add("shop");
    }
    if (bucket != null) {
      String zone = unit.equals("hour") ? "UTC" : place.zone();
      keys.add(
          random.nextInt(keys.size() + 1),
          new Key(
              odd ? "Day-1" : "bucket",
              unit + "(ts, " + (random.nextBoolean() ? zone : "'" + zone + "'") + ")",
              bucket.formatted("ts"),
              unit.equals("hour") ? OracleColumn.Type.TIMESTAMP : OracleColumn.Type.DATE));
    }
    this.sequence = random.nextBoolean() ? List.of("seq") : List.of();
    columns(odd);
    this.types =
        random.nextInt(3) == 0
            ? List.of("payment", pick(List.of("refund", "fee", "Payment", "a'b")))
            : List.of();
    OracleCondition condition = random.nextInt(2) == 0 ? OracleCondition.make(random) : null;
    boolean nullKeys = random.nextInt(4) == 0;
    if (condition != null) {
      read.addAll(condition.fields());
    }
    this.where =
        nullKeys
            ? "user_id is not null" + (condition == null ? "" : " and (" + condition.text() + ")")
            : condition == null ? null : condition.text();
    this.owns =
        switch (random.nextInt(3)) {
          case 0 -> null;
          case 1 -> "true";
          default -> Database.quoted(user().name()) + " not like 'out-%'";
        };
    this.set = random.nextBoolean();
    this.typed = format != Format.PARQUET || random.nextBoolean();
    events(unit, nullKeys);
    Instant inside = pick(events).time();
    Duration before = unit.equals("hour") ? Duration.ofHours(2) : Duration.ofHours(30);
    Instant start = inside.minus(micros(before));
    Instant end = inside.plus(micros(before)).plus(1, ChronoUnit.MICROS);
    if (random.nextInt(4) == 0) {
      // Just on a border that has no part in the window's last bucket.
      end =
          ZonedDateTime.ofInstant(end, ZoneId.of(place.zone()))
              .toLocalDate()
              .plusDays(1)
              .atStartOfDay(ZoneId.of(place.zone()))
              .toInstant();
    }
    this.from = start;
    this.to = end;
  }

  private static String bucketInZone(String unit, String zone) {
    return "CAST(date_trunc('" + unit + "', timezone('" + zone + "', %s)) AS DATE)";
  }

  private String bucket(String unit) {
    return unit.equals("hour") ? "date_trunc('hour', %s)" : bucketInZone(unit, place.zone());
  }

  private void columns(boolean odd) {
    int count = random.nextInt(1, 6);
    // Nulls first, and texts by their bytes, which is by code point.
    String order = "ts, " + (sequence.isEmpty() ? "" : "seq NULLS FIRST, ") + "event_id";
    for (int i = 0; i < count; i++) {
      columns.add(OracleColumn.make((odd ? "Spalte " : "c") + i, random, order));
    }
    if (random.nextBoolean()) {
      List<String> used = new ArrayList<>();
      keys.forEach(
          key -> {
            if (key.type() != OracleColumn.Type.TIMESTAMP) {
              used.add(key.name());
            }
          });
      columns.stream().filter(OracleColumn::printable).forEach(c -> used.add(c.name()));
      columns.add(
          random.nextInt(columns.size() + 1),
          OracleColumn.template(odd ? "Prüfsumme" : "checksum", used, random));
    }
    columns.forEach(column -> read.addAll(column.fields()));
    columns.forEach(column -> compare.add(column.name()));
    if (columns.size() > 1 && random.nextInt(3) == 0) {
      compare.remove(random.nextInt(compare.size()));
    }
  }

  private void events(String unit, boolean nullKeys) {
    int count = random.nextInt(4) == 0 ? random.nextInt(1, 20) : random.nextInt(100, 900);
    boolean huge = random.nextInt(6) == 0;
    long grain = pick(List.of(1L, 1_000L, 1_000_000L, 600_000_000L));
    Instant noon = LocalDate.parse(place.day()).atTime(12, 0).toInstant(ZoneOffset.UTC);
    long spread =
        (unit.equals("hour") ? Duration.ofHours(4) : Duration.ofHours(48)).toSeconds() * 1_000_000;
    List<String> hot = List.of(pick(HOSTILE), pick(HOSTILE), "user-1");
    for (int i = 0; i < count; i++) {
      String user =
          switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> hot.get(random.nextInt(hot.size()));
            case 4, 5 -> pick(HOSTILE);
            case 6, 7 -> "user-" + random.nextInt(30);
            default -> "single-" + i;
          };
      long offset = random.nextLong(-spread, spread);
      events.add(
          new ArchivedEvent(
              "e"
                  + (random.nextInt(20) == 0 ? pick(HOSTILE) + "/" : "")
                  + Long.toHexString(random.nextLong() >>> 20)
                  + i,
              nullKeys && random.nextInt(20) == 0 ? null : user,
              random.nextInt(3),
              noon.plus(Math.floorDiv(offset, grain) * grain, ChronoUnit.MICROS),
              pick(TYPES),
              random.nextInt(10) == 0 ? null : (long) random.nextInt(5),
              maybe(random.nextInt(-500, 500)),
              maybe(
                  huge
                      ? random.nextLong(-(1L << 62), 1L << 62)
                      : random.nextLong(-1_000_000, 1_000_000)),
              maybe(BigDecimal.valueOf(random.nextLong(-1_000_000, 1_000_000), 2)),
              // Eighths: their sums are exact in any order.
              maybe(random.nextInt(-80_000, 80_000) / 8.0),
              maybe(pick(HOSTILE)),
              maybe(noon.plus(random.nextLong(-1L << 44, 1L << 44), ChronoUnit.MICROS)),
              maybe(LocalDate.of(2024, 1, 1).plusDays(random.nextInt(-400, 400)))));
    }
    int copies = count / 30;
    for (int i = 0; i < copies; i++) {
      ArchivedEvent event = events.get(random.nextInt(count));
      events.add(random.nextBoolean() ? event : event.withSeq((long) random.nextInt(5)));
    }
    if (random.nextInt(3) == 0) {
      for (int i = 0; i < 2; i++) {
        ArchivedEvent event = events.get(random.nextInt(count));
        events.add(
            random.nextBoolean()
                ? event.withUser(pick(HOSTILE))
                : event.withBig(event.big() == null ? 1L : event.big() ^ 1));
      }
    }
  }

  private <T> @Nullable T maybe(T value) {
    return random.nextInt(8) == 0 ? null : value;
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private Duration micros(Duration most) {
    return Duration.of(random.nextLong(most.toSeconds() * 1_000_000), ChronoUnit.MICROS);
  }

  SplittableRandom random() {
    return random;
  }

  Key user() {
    return keys.stream().filter(key -> key.duck().equals("user_id")).findFirst().orElseThrow();
  }

  /** What tells two copies of an event from two events of one id. */
  Set<String> content() {
    Set<String> content = new TreeSet<>(read);
    content.add("ts");
    content.add("type");
    return content;
  }

  List<OracleColumn> compared() {
    return columns.stream().filter(column -> compare.contains(column.name())).toList();
  }

  /**
   * Writes the events in random order to random files, each within an hour of the folder of its
   * time.
   */
  void write(DuckDb duck, Path folder) throws IOException {
    Map<String, List<ArchivedEvent>> files = new TreeMap<>();
    List<ArchivedEvent> shuffled = new ArrayList<>(events);
    for (int i = shuffled.size() - 1; i > 0; i--) {
      java.util.Collections.swap(shuffled, i, random.nextInt(i + 1));
    }
    int most = random.nextInt(1, 4);
    for (ArchivedEvent event : shuffled) {
      Instant arrival = event.time().plusSeconds(random.nextInt(-3_500, 3_500));
      files
          .computeIfAbsent(
              below(arrival) + "part-" + random.nextInt(most) + "." + format.extension(),
              name -> new ArrayList<>())
          .add(event);
    }
    Instant noon = LocalDate.parse(place.day()).atTime(12, 0).toInstant(ZoneOffset.UTC);
    for (int hour = -24 * 40;
        hour < 24 * 40 && !layout.isEmpty();
        hour += layout.contains("%H") ? 1 : 24) {
      // A folder without files is one in which nothing happened.
      Files.createDirectories(folder.resolve(below(noon.plus(hour, ChronoUnit.HOURS))));
    }
    for (Map.Entry<String, List<ArchivedEvent>> file : files.entrySet()) {
      EventFiles.write(duck, folder.resolve(file.getKey()), format, file.getValue());
    }
  }

  private String below(Instant time) {
    if (layout.isEmpty()) {
      return "";
    }
    String pattern =
        "'"
            + layout
                .replace("%Y", "'yyyy'")
                .replace("%m", "'MM'")
                .replace("%d", "'dd'")
                .replace("%H", "'HH'")
            + "'/";
    return DateTimeFormatter.ofPattern(pattern.replace("''", ""))
        .format(time.atZone(ZoneOffset.UTC));
  }

  SpecDraft spec(Database database, Path folder, Path plans) {
    Map<String, String> key = new LinkedHashMap<>();
    keys.forEach(k -> key.put(k.name(), k.declared()));
    Map<String, String> computed = new LinkedHashMap<>();
    columns.forEach(c -> computed.put(c.name(), c.declared()));
    SpecDraft draft =
        SpecDraft.of(database, plans)
            .set("name", "oracle-" + seed)
            .window(from.toString(), to.toString())
            .archive(folder, layout, format.spec())
            .set("events.fields.id", "event_id")
            .set("events.fields.time", "ts")
            .set("events.fields.type", "type")
            .table("live", List.copyOf(key.keySet()), compare)
            .aggregate(key, computed)
            .set("limits.quarantine", "100%");
    if (!sequence.isEmpty()) {
      draft.set("events.fields.sequence", sequence);
    }
    if (typed) {
      Map<String, String> kinds = new LinkedHashMap<>();
      ArchivedEvent.FIELDS.forEach(
          f -> {
            if (read.contains(f.name()) || f.name().equals("seq")) {
              kinds.put(f.name(), f.specType());
            }
          });
      draft.set("events.fields.types", kinds);
    }
    if (!types.isEmpty()) {
      draft.set("filter.type", types);
    }
    if (where != null) {
      draft.set("filter.where", where);
    }
    if (owns != null) {
      draft.set("table.owns", owns);
    }
    if (set) {
      draft.set("table.set", Map.of("updated_at", "clock_timestamp()"));
    }
    return draft;
  }

  /**
   * DDL of the live table: keys and columns in random order, and two columns that Errata knows
   * nothing of.
   */
  String table() {
    List<String> definitions = new ArrayList<>();
    keys.forEach(
        k -> definitions.add(Database.quoted(k.name()) + " " + k.type().postgres() + " NOT NULL"));
    columns.forEach(c -> definitions.add(Database.quoted(c.name()) + " " + c.type().postgres()));
    definitions.add(random.nextInt(definitions.size()), "updated_at timestamptz");
    definitions.add(random.nextInt(definitions.size()), "note text DEFAULT 'by default'");
    return "CREATE TABLE live ("
        + String.join(", ", definitions)
        + ", PRIMARY KEY ("
        + String.join(", ", keys.stream().map(k -> Database.quoted(k.name())).toList())
        + "))";
  }
}
