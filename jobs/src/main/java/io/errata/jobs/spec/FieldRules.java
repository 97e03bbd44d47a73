package io.errata.jobs.spec;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.connectors.event.EventRule;
import io.errata.connectors.expression.Conditions;
import io.errata.jobs.spec.YamlNode.Mapping;
import io.errata.jobs.spec.YamlNode.Scalar;
import io.errata.jobs.spec.YamlNode.Sequence;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code events.rules}: what the fields of an event must keep to, each as a condition over
 * events.
 */
final class FieldRules {
  private static final String REQUIRED = "required";
  private static final String MIN = "min";
  private static final String MAX = "max";
  private static final String ONE_OF = "one-of";
  private static final String LIKE = "like";
  private static final List<String> KINDS = List.of(REQUIRED, MIN, MAX, ONE_OF, LIKE);

  private final Problems problems;
  private final List<EventRule> rules = new ArrayList<>();

  private FieldRules(Problems problems) {
    this.problems = problems;
  }

  /** The rules of fields by their paths, in the order of the document. */
  static ValueType<List<EventRule>> type() {
    return new ValueType<>(schema(), (node, path, problems) -> read(node, path, problems));
  }

  private static ObjectNode schema() {
    ObjectNode rule = object();
    rule.put("type", "object").put("minProperties", 1).put("additionalProperties", false);
    ObjectNode properties = rule.putObject("properties");
    properties.putObject(REQUIRED).put("type", "boolean");
    ObjectNode bound = object();
    bound.putArray("type").add("number").add("string");
    properties.set(MIN, bound);
    properties.set(MAX, bound.deepCopy());
    ObjectNode oneOf = properties.putObject(ONE_OF);
    oneOf.put("type", "array").put("minItems", 1).put("uniqueItems", true);
    ArrayNode kinds = oneOf.putObject("items").putArray("type");
    kinds.add("string").add("number").add("boolean");
    properties.putObject(LIKE).put("type", "string").put("minLength", 1);
    ObjectNode schema = object();
    schema.put("type", "object").set("additionalProperties", rule);
    return schema;
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static @Nullable List<EventRule> read(YamlNode node, String path, Problems problems) {
    if (!(node instanceof Mapping fields)) {
      problems.add(
          node.location(), path, ValueType.wrongKind(node, "fields", "{ amount: { min: 0 } }"));
      return null;
    }
    int before = problems.count();
    FieldRules read = new FieldRules(problems);
    fields
        .entries()
        .forEach((field, entry) -> read.readField(entry.value(), path + "." + field, field));
    return problems.count() == before ? List.copyOf(read.rules) : null;
  }

  private void readField(YamlNode node, String path, String field) {
    if (!(node instanceof Mapping kinds) || kinds.entries().isEmpty()) {
      problems.add(
          node.location(),
          path,
          node instanceof Mapping
              ? "it has no rule; give one of " + String.join(", ", KINDS)
              : ValueType.wrongKind(node, "rules", "{ required: true }"));
      return;
    }
    for (Map.Entry<String, Mapping.Entry> kind : kinds.entries().entrySet()) {
      if (!KINDS.contains(kind.getKey())) {
        problems.add(
            kind.getValue().location(),
            path + "." + kind.getKey(),
            "there is no such rule (there are "
                + String.join(", ", KINDS)
                + ")"
                + ValueType.didYouMean(kind.getKey(), KINDS));
      }
    }
    String name = Conditions.quoted(field);
    readRequired(kinds.find(REQUIRED), path + "." + REQUIRED, field, name);
    Bound min = bound(kinds.find(MIN), path + "." + MIN);
    Bound max = bound(kinds.find(MAX), path + "." + MAX);
    if (min != null && max != null) {
      checkOrder(node, path, min, max);
    }
    if (min != null) {
      add(field, "it is less than events.rules allows (min)", name + " >= " + min.sql());
    }
    if (max != null) {
      add(field, "it is more than events.rules allows (max)", name + " <= " + max.sql());
    }
    readOneOf(kinds.find(ONE_OF), path + "." + ONE_OF, field, name);
    readLike(kinds.find(LIKE), path + "." + LIKE, field, name);
  }

  /** A field that is null keeps to all rules but one. */
  private void add(String field, String breach, String condition) {
    String passes = Conditions.quoted(field) + " is null or " + condition;
    rules.add(new EventRule(field, breach, Conditions.parse(passes)));
  }

  private void readRequired(@Nullable YamlNode node, String path, String field, String name) {
    if (node == null) {
      return;
    }
    if (!(node instanceof Scalar scalar) || scalar.kind() != Scalar.Kind.BOOLEAN) {
      problems.add(node.location(), path, ValueType.wrongKind(node, "true or false", ""));
    } else if (Boolean.parseBoolean(scalar.text())) {
      rules.add(
          new EventRule(
              field,
              "it is missing, and events.rules requires it",
              Conditions.parse(name + " is not null")));
    }
  }

  /**
   * The end of a range.
   *
   * @param sql the literal
   * @param value a BigDecimal, LocalDate or Instant
   */
  private record Bound(String sql, Comparable<?> value) {}

  private @Nullable Bound bound(@Nullable YamlNode node, String path) {
    if (node == null) {
      return null;
    }
    if (node instanceof Scalar scalar) {
      BigDecimal number = number(scalar);
      if (number != null) {
        return new Bound(number.toPlainString(), number);
      }
      if (scalar.kind() == Scalar.Kind.TEXT) {
        try {
          LocalDate date = LocalDate.parse(scalar.text());
          return new Bound("date '" + date + "'", date);
        } catch (DateTimeParseException e) {
          // It may be a time.
        }
        try {
          Instant time = ValueType.parseInstant(scalar.text());
          return new Bound("timestamp '" + time + "'", time);
        } catch (IllegalArgumentException e) {
          // Told below.
        }
      }
      problems.add(
          node.location(),
          path,
          YamlReader.shorten(scalar.text())
              + " is not a number, a date such as 2024-06-10, or a time with a zone such as 2024-06-10T12:00:00Z");
      return null;
    }
    problems.add(
        node.location(), path, ValueType.wrongKind(node, "a number, a date or a time", ""));
    return null;
  }

  private static @Nullable BigDecimal number(Scalar scalar) {
    if (scalar.kind() == Scalar.Kind.INTEGER) {
      return new BigDecimal(ValueType.integer(scalar.text()));
    }
    if (scalar.kind() != Scalar.Kind.FRACTION) {
      return null;
    }
    try {
      BigDecimal number = new BigDecimal(scalar.text().replace("_", ""));
      // Written out it is as long as its exponent.
      return Math.abs((long) number.scale()) > 100 ? null : number;
    } catch (NumberFormatException e) {
      // Such as infinity.
      return null;
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private void checkOrder(YamlNode node, String path, Bound min, Bound max) {
    if (min.value().getClass() != max.value().getClass()) {
      problems.add(
          node.location(), path, "min and max are of two kinds; give two numbers, dates or times");
    } else if (((Comparable) min.value()).compareTo(max.value()) > 0) {
      problems.add(node.location(), path, "min is greater than max, so that no value keeps to it");
    }
  }

  private void readOneOf(@Nullable YamlNode node, String path, String field, String name) {
    if (node == null) {
      return;
    }
    if (!(node instanceof Sequence sequence) || sequence.items().isEmpty()) {
      problems.add(
          node.location(),
          path,
          node instanceof Sequence
              ? "it is empty, so that no value keeps to it"
              : ValueType.wrongKind(node, "a list", "[paid, refunded]"));
      return;
    }
    List<String> literals = new ArrayList<>();
    int before = problems.count();
    for (YamlNode item : sequence.items()) {
      String literal = literal(item);
      if (literal == null) {
        problems.add(
            item.location(),
            path,
            ValueType.wrongKind(item, "a text, a number, or true or false", ""));
      } else if (literals.contains(literal)) {
        problems.add(item.location(), path, literal + " is in it twice");
      } else {
        literals.add(literal);
      }
    }
    if (problems.count() == before) {
      add(
          field,
          "it is none of the values of events.rules (one-of)",
          name + " in (" + String.join(", ", literals) + ")");
    }
  }

  private static @Nullable String literal(YamlNode node) {
    if (!(node instanceof Scalar scalar)) {
      return null;
    }
    return switch (scalar.kind()) {
      case TEXT -> text(scalar.text());
      case INTEGER, FRACTION -> {
        BigDecimal number = number(scalar);
        yield number == null ? null : number.toPlainString();
      }
      case BOOLEAN -> Boolean.toString(Boolean.parseBoolean(scalar.text()));
      case NULL -> null;
    };
  }

  private static String text(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  private void readLike(@Nullable YamlNode node, String path, String field, String name) {
    if (node == null) {
      return;
    }
    if (node instanceof Scalar scalar && scalar.kind() == Scalar.Kind.TEXT) {
      add(
          field,
          "it is not like the pattern of events.rules (like)",
          name + " like " + text(scalar.text()));
    } else {
      problems.add(node.location(), path, ValueType.wrongKind(node, "a pattern", "'DE%'"));
    }
  }
}
