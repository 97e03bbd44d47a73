package io.errata.jobs.spec;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.api.ErrataException;
import io.errata.connectors.ReadRate;
import io.errata.connectors.expression.Call;
import io.errata.connectors.expression.Conditions;
import io.errata.connectors.expression.ScalarExpression;
import io.errata.connectors.kafka.OffsetRange;
import io.errata.connectors.record.DatedSchema;
import io.errata.connectors.record.SchemaChoice;
import io.errata.jobs.spec.LimitsSpec.Amount;
import io.errata.jobs.spec.YamlNode.Mapping;
import io.errata.jobs.spec.YamlNode.Scalar;
import io.errata.jobs.spec.YamlNode.Sequence;
import io.errata.jobs.worker.NearestName;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * What a setting's value can be: how it is read, and what its JSON Schema says.
 *
 * @param schema what an editor checks; the parser checks more
 * @param reader reads a value, or adds a problem and gives null
 */
record ValueType<T>(ObjectNode schema, Reader<T> reader) {
  /** Reads a value that stands somewhere. */
  @FunctionalInterface
  interface Reader<T> {
    @Nullable T read(YamlNode node, String path, Problems problems);
  }

  /** Reads a text; says what is wrong with it as the message of an IllegalArgumentException. */
  @FunctionalInterface
  private interface TextReader<T> {
    T read(String text);
  }

  private static final Pattern PERCENT = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)\\s*%");
  private static final Pattern OFFSETS = Pattern.compile("(\\d{1,18})\\.\\.(\\d{1,18})");
  private static final Pattern RATE =
      Pattern.compile("(\\d{1,12})\\s*(B|kB|KB|MB|GB|KiB|MiB|GiB)?\\s*/\\s*s");
  private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999Z");

  static ValueType<String> text() {
    return ofText(schema("string").put("minLength", 1), text -> text);
  }

  /** A path or a URI; made absolute before it is read. */
  static ValueType<String> path() {
    return text();
  }

  /** May hold references to secrets; they are resolved before it is read. */
  static ValueType<String> credential() {
    return text();
  }

  /** One that must be nothing but a reference, so that the secret itself stands nowhere. */
  static ValueType<String> secret() {
    return ofText(schema("string").put("pattern", "^\\$\\{(env|file):[^}]+\\}$"), text -> text);
  }

  static ValueType<Instant> instant() {
    ObjectNode schema =
        schema("string")
            .put(
                "pattern",
                "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}.*(Z|[+-]\\d{2}(:?\\d{2})?)(\\[.*\\])?$");
    schema.putArray("examples").add("2024-06-10T12:00:00Z");
    return ofText(schema, ValueType::parseInstant);
  }

  static Instant parseInstant(String text) {
    Instant time;
    try {
      time = DateTimeFormatter.ISO_ZONED_DATE_TIME.parse(text, Instant::from);
    } catch (DateTimeParseException e) {
      if (text.matches("\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?)?")) {
        String suggestion = text.contains("T") ? text + "Z" : text + "T00:00:00Z";
        throw new IllegalArgumentException(
            text
                + " doesn't say in which zone; add Z for UTC ("
                + suggestion
                + ") or an offset such as +02:00",
            e);
      }
      throw new IllegalArgumentException(
          YamlReader.shorten(text) + " is not a time in ISO 8601, such as 2024-06-10T12:00:00Z", e);
    }
    if (time.isBefore(EARLIEST) || time.isAfter(LATEST)) {
      throw new IllegalArgumentException(text + " lies outside of the years 1 to 9999");
    }
    return time;
  }

  static ValueType<Duration> duration() {
    ObjectNode schema = schema("string").put("pattern", "^[Pp].+$");
    schema.putArray("examples").add("PT10S");
    return ofText(
        schema,
        text -> {
          Duration duration;
          try {
            duration = Duration.parse(text);
          } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                YamlReader.shorten(text)
                    + " is not a length of time in ISO 8601, such as PT10S or PT1H30M",
                e);
          }
          if (duration.isNegative()) {
            throw new IllegalArgumentException(text + " is negative");
          }
          if (duration.compareTo(Duration.ofDays(366)) > 0) {
            throw new IllegalArgumentException(text + " is longer than 366 days");
          }
          return duration;
        });
  }

  /** A regular expression. */
  static ValueType<String> pattern() {
    return ofText(
        schema("string").put("minLength", 1),
        text -> {
          try {
            Pattern.compile(text);
          } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                YamlReader.shorten(text) + " is not a regular expression: " + e.getDescription(),
                e);
          }
          return text;
        });
  }

  /** A range of offsets. */
  static ValueType<OffsetRange> offsets() {
    ObjectNode schema = schema("string").put("pattern", "^\\d{1,18}\\.\\.\\d{1,18}$");
    schema.putArray("examples").add("1000..5000");
    return ofText(
        schema,
        text -> {
          Matcher range = OFFSETS.matcher(text);
          if (!range.matches() || Long.parseLong(range.group(1)) > Long.parseLong(range.group(2))) {
            throw new IllegalArgumentException(
                YamlReader.shorten(text)
                    + " is not a range of offsets, such as 1000..5000 with the end exclusive");
          }
          return new OffsetRange(Long.parseLong(range.group(1)), Long.parseLong(range.group(2)));
        });
  }

  /** A text, a number, or true or false, as text. */
  static ValueType<String> scalar() {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    schema.putArray("type").add("string").add("number").add("boolean");
    return new ValueType<>(
        schema,
        (node, path, problems) -> {
          if (node instanceof Scalar scalar && scalar.kind() != Scalar.Kind.NULL) {
            return scalar.text();
          }
          problems.add(
              node.location(), path, wrongKind(node, "a text, a number, or true or false", ""));
          return null;
        });
  }

  static ValueType<ZoneId> zone() {
    return ofText(
        schema("string"),
        text -> {
          try {
            return ZoneId.of(text);
          } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                YamlReader.shorten(text) + " is not a zone, such as UTC, Europe/Berlin or +02:00",
                e);
          }
        });
  }

  static ValueType<Character> character() {
    return ofText(
        schema("string").put("minLength", 1).put("maxLength", 2),
        text -> {
          // A tab can't stand in plain YAML.
          String character = text.equals("\\t") ? "\t" : text;
          if (character.length() != 1) {
            throw new IllegalArgumentException(YamlReader.shorten(text) + " is not one character");
          }
          return character.charAt(0);
        });
  }

  /** A text that another part of Errata understands. */
  static ValueType<String> checkedText(Consumer<String> check) {
    return ofText(
        schema("string").put("minLength", 1),
        text -> {
          try {
            check.accept(text);
          } catch (ErrataException e) {
            throw new IllegalArgumentException(e.getMessage() + ". " + e.next(), e);
          }
          return text;
        });
  }

  /** A condition in SQL's notation. */
  static ValueType<String> condition() {
    return checkedText(Conditions::parse);
  }

  /** One of some words. */
  static <T> ValueType<T> oneOf(Map<String, T> choices) {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    ArrayNode words = schema.putArray("enum");
    choices.keySet().forEach(words::add);
    return ofText(schema, text -> choose(choices, text));
  }

  private static <T> T choose(Map<String, T> choices, String text) {
    T choice = choices.get(text);
    if (choice == null) {
      throw new IllegalArgumentException(
          YamlReader.shorten(text)
              + " is not one of "
              + String.join(", ", choices.keySet())
              + didYouMean(text, choices.keySet()));
    }
    return choice;
  }

  static String didYouMean(String written, Collection<String> known) {
    return NearestName.of(written, known).map(near -> "; did you mean " + near + "?").orElse("");
  }

  /** Texts in a row: at least one, none twice. */
  static ValueType<List<String>> names() {
    ObjectNode schema = schema("array").put("minItems", 1).put("uniqueItems", true);
    schema.set("items", schema("string").put("minLength", 1));
    return new ValueType<>(schema, ValueType::readNames);
  }

  private static @Nullable List<String> readNames(YamlNode node, String path, Problems problems) {
    if (!(node instanceof Sequence sequence)) {
      String example = node instanceof Scalar scalar ? scalar.text() : "name";
      problems.add(
          node.location(),
          path,
          wrongKind(node, "a list", "[" + YamlReader.shorten(example) + "]"));
      return null;
    }
    List<String> names = new ArrayList<>();
    int before = problems.count();
    if (sequence.items().isEmpty()) {
      problems.add(node.location(), path, "it is empty; name at least one, or leave it out");
    }
    for (YamlNode item : sequence.items()) {
      String name = text().reader().read(item, path, problems);
      if (name != null && names.contains(name)) {
        problems.add(item.location(), path, YamlReader.shorten(name) + " is in it twice");
      } else if (name != null) {
        names.add(name);
      }
    }
    return problems.count() == before ? names : null;
  }

  /** Values by name, in the order of the document. */
  static <T> ValueType<Map<String, T>> mapOf(ValueType<T> values) {
    ObjectNode schema = schema("object");
    schema.set("additionalProperties", values.schema());
    return new ValueType<>(
        schema,
        (node, path, problems) -> {
          if (!(node instanceof Mapping mapping)) {
            problems.add(node.location(), path, wrongKind(node, "fields", "{ name: value }"));
            return null;
          }
          int before = problems.count();
          Map<String, T> read = new LinkedHashMap<>();
          mapping
              .entries()
              .forEach(
                  (name, entry) -> {
                    T value = values.reader().read(entry.value(), path + "." + name, problems);
                    if (value != null) {
                      read.put(name, value);
                    }
                  });
          return problems.count() == before ? read : null;
        });
  }

  /** An expression that a key column is made from. */
  static ValueType<String> keyExpression() {
    return checkedText(ScalarExpression::parse);
  }

  /** A function that a column is computed with. */
  static ValueType<String> function() {
    return checkedText(
        text -> {
          if (Call.parse(text).isEmpty()) {
            throw new IllegalArgumentException(
                YamlReader.shorten(text) + " is not a function, such as sum(value) or count()");
          }
        });
  }

  /** A whole number from 1. */
  static ValueType<Integer> number() {
    return new ValueType<>(
        schema("integer").put("minimum", 1),
        (node, path, problems) -> {
          if (node instanceof Scalar scalar && scalar.kind() == Scalar.Kind.INTEGER) {
            BigInteger number = integer(scalar.text());
            if (number.signum() > 0 && number.bitLength() < Integer.SIZE) {
              return number.intValue();
            }
          }
          problems.add(node.location(), path, wrongKind(node, "a whole number from 1", ""));
          return null;
        });
  }

  /** Schemas by the day. */
  static ValueType<List<DatedSchema>> datedSchemas() {
    ObjectNode day = schema("string").put("pattern", "^\\d{4}-\\d{2}-\\d{2}$");
    ObjectNode item = schema("object").put("additionalProperties", false);
    ObjectNode fields = item.putObject("properties");
    fields.set("from", day);
    fields.set("to", day.deepCopy());
    fields.set("file", schema("string").put("minLength", 1));
    fields.set("subject", schema("string").put("minLength", 1));
    fields.set("version", schema("integer").put("minimum", 1));
    ObjectNode schema = schema("array").put("minItems", 1);
    schema.set("items", item);
    return new ValueType<>(
        schema,
        (node, path, problems) -> {
          if (!(node instanceof Sequence sequence) || sequence.items().isEmpty()) {
            problems.add(
                node.location(),
                path,
                wrongKind(node, "a list", "[{ from: 2024-01-01, to: 2024-06-01, file: a.avsc }]"));
            return null;
          }
          int before = problems.count();
          List<DatedSchema> schemas = new ArrayList<>();
          for (YamlNode each : sequence.items()) {
            DatedSchema read = readDatedSchema(each, path, problems);
            if (read != null) {
              schemas.add(read);
            }
          }
          try {
            return problems.count() == before ? DatedSchema.inOrder(schemas) : null;
          } catch (ErrataException e) {
            problems.add(node.location(), path, e.getMessage() + ". " + e.next());
            return null;
          }
        });
  }

  private static @Nullable DatedSchema readDatedSchema(
      YamlNode node, String path, Problems problems) {
    List<String> known = List.of("from", "to", "file", "subject", "version");
    if (!(node instanceof Mapping mapping)) {
      problems.add(node.location(), path, wrongKind(node, "fields", "{ from: DAY, file: PATH }"));
      return null;
    }
    int before = problems.count();
    for (String name : mapping.entries().keySet()) {
      if (!known.contains(name)) {
        problems.add(node.location(), path, name + ": unknown field" + didYouMean(name, known));
      }
    }
    LocalDate from = field(mapping, "from", day(), path, problems);
    LocalDate to = field(mapping, "to", day(), path, problems);
    String file = field(mapping, "file", text(), path, problems);
    String subject = field(mapping, "subject", text(), path, problems);
    Integer version = field(mapping, "version", number(), path, problems);
    if (problems.count() == before && (file == null) == (version == null)) {
      problems.add(node.location(), path, "each has a file, or a version; give one of them");
    }
    if (problems.count() > before) {
      return null;
    }
    try {
      return new DatedSchema(
          from,
          to,
          file != null
              ? new SchemaChoice.OfFile(file)
              : new SchemaChoice.OfSubject(subject, version));
    } catch (ErrataException e) {
      problems.add(node.location(), path, e.getMessage() + ". " + e.next());
      return null;
    }
  }

  private static <T> @Nullable T field(
      Mapping mapping, String name, ValueType<T> type, String path, Problems problems) {
    YamlNode node = mapping.find(name);
    return node == null ? null : type.reader().read(node, path + "." + name, problems);
  }

  private static ValueType<LocalDate> day() {
    return ofText(
        schema("string"),
        text -> {
          try {
            return LocalDate.parse(text);
          } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                YamlReader.shorten(text) + " is not a day, such as 2024-06-10", e);
          }
        });
  }

  /** A version of a worker; empty for the one in force at each event's time. */
  static ValueType<Optional<Integer>> version() {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    ArrayNode either = schema.putArray("oneOf");
    either.add(schema("integer").put("minimum", 1));
    either.addObject().put("const", "as-of");
    return new ValueType<>(
        schema,
        (node, path, problems) -> {
          if (node instanceof Scalar scalar && scalar.kind() == Scalar.Kind.INTEGER) {
            BigInteger number = integer(scalar.text());
            if (number.signum() > 0 && number.bitLength() < Integer.SIZE) {
              return Optional.of(number.intValue());
            }
            problems.add(
                node.location(), path, scalar.text() + " is not a version (a whole number from 1)");
            return null;
          }
          if (node instanceof Scalar scalar && scalar.text().equals("as-of")) {
            return Optional.empty();
          }
          boolean quoted = node instanceof Scalar scalar && scalar.text().matches("[1-9]\\d*");
          problems.add(
              node.location(),
              path,
              quoted
                  ? wrongKind(node, "a number", ((Scalar) node).text() + " without quotes")
                  : "it must be a whole number from 1, or as-of");
          return null;
        });
  }

  /** Rows, or a share of them. */
  static ValueType<Amount> amount() {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    ArrayNode either = schema.putArray("oneOf");
    either.add(schema("integer").put("minimum", 0));
    either.add(schema("string").put("pattern", "^\\d+(\\.\\d+)?\\s*%$"));
    return new ValueType<>(
        schema,
        (node, path, problems) -> {
          String expected = "a whole number from 0, or percent from 0% to 100%";
          if (node instanceof Scalar scalar && scalar.kind() == Scalar.Kind.INTEGER) {
            BigInteger number = integer(scalar.text());
            // Beyond that a double would not hold the number exactly.
            if (number.signum() >= 0 && number.bitLength() <= 53) {
              return new Amount(number.doubleValue(), Amount.Unit.ROWS);
            }
          } else if (node instanceof Scalar scalar && scalar.kind() == Scalar.Kind.TEXT) {
            Matcher percent = PERCENT.matcher(scalar.text());
            if (percent.matches()
                && new BigDecimal(percent.group(1)).compareTo(BigDecimal.valueOf(100)) <= 0) {
              return new Amount(Double.parseDouble(percent.group(1)), Amount.Unit.PERCENT);
            }
            if (scalar.text().matches("\\d+")) {
              problems.add(
                  node.location(),
                  path,
                  wrongKind(node, "a number", scalar.text() + " without quotes"));
              return null;
            }
          }
          String value =
              node instanceof Scalar scalar ? YamlReader.shorten(scalar.text()) : node.kindName();
          problems.add(node.location(), path, value + " is not " + expected);
          return null;
        });
  }

  /** Events a second, bytes a second, or both with a comma. */
  static ValueType<ReadRate> rate() {
    String one = "\\d+\\s*([kKMG]?B|[KMG]iB)?\\s*/\\s*s";
    return ofText(
        schema("string").put("pattern", "^" + one + "(\\s*,\\s*" + one + ")?$"),
        text -> {
          ReadRate rate = ReadRate.UNLIMITED;
          boolean events = false;
          boolean bytes = false;
          for (String part : text.split(",", -1)) {
            Matcher match = RATE.matcher(part.strip());
            if (!match.matches() || Long.parseLong(match.group(1)) < 1) {
              throw new IllegalArgumentException(
                  YamlReader.shorten(text)
                      + " is not a rate from 1/s, such as 50000/s for events or 20MB/s for bytes");
            }
            long number = Long.parseLong(match.group(1));
            boolean ofBytes = match.group(2) != null;
            if (ofBytes ? bytes : events) {
              throw new IllegalArgumentException(
                  YamlReader.shorten(text) + " has two rates of one kind; give one of each");
            }
            bytes |= ofBytes;
            events |= !ofBytes;
            rate =
                ofBytes
                    ? new ReadRate(rate.events(), number * unit(match.group(2)))
                    : new ReadRate(number, rate.bytes());
          }
          return rate;
        });
  }

  private static long unit(String name) {
    return switch (name) {
      case "B" -> 1;
      case "kB", "KB" -> 1_000;
      case "MB" -> 1_000_000;
      case "GB" -> 1_000_000_000;
      case "KiB" -> 1L << 10;
      case "MiB" -> 1L << 20;
      default -> 1L << 30;
    };
  }

  /** Something else made of the value. */
  <U> ValueType<U> as(Function<T, U> change) {
    return new ValueType<>(
        schema,
        (node, path, problems) -> {
          T value = reader.read(node, path, problems);
          return value == null ? null : change.apply(value);
        });
  }

  private static <T> ValueType<T> ofText(ObjectNode schema, TextReader<T> reader) {
    return new ValueType<>(
        schema,
        (node, path, problems) -> {
          if (!(node instanceof Scalar scalar) || scalar.kind() != Scalar.Kind.TEXT) {
            String example = node instanceof Scalar scalar ? scalar.text() : "";
            problems.add(
                node.location(),
                path,
                example.isEmpty()
                    ? wrongKind(node, "a text", "")
                    : wrongKind(node, "a text", "'" + YamlReader.shorten(example) + "' in quotes"));
            return null;
          }
          if (scalar.text().isBlank()) {
            problems.add(node.location(), path, "it is empty");
            return null;
          }
          try {
            return reader.read(scalar.text());
          } catch (IllegalArgumentException e) {
            problems.add(node.location(), path, String.valueOf(e.getMessage()));
            return null;
          }
        });
  }

  static String wrongKind(YamlNode node, String expected, String example) {
    return "it is "
        + node.kindName()
        + " and must be "
        + expected
        + (example.isEmpty() ? "" : "; write " + example);
  }

  /** YAML writes whole numbers in several ways. */
  static BigInteger integer(String text) {
    String digits = text.replace("_", "");
    boolean negative = digits.startsWith("-");
    digits = digits.replaceFirst("^[+-]", "");
    BigInteger number =
        digits.startsWith("0x") || digits.startsWith("0X")
            ? new BigInteger(digits.substring(2), 16)
            : digits.startsWith("0b")
                ? new BigInteger(digits.substring(2), 2)
                : new BigInteger(digits);
    return negative ? number.negate() : number;
  }

  private static ObjectNode schema(String type) {
    return JsonNodeFactory.instance.objectNode().put("type", type);
  }
}
