package io.errata.jobs.spec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.jobs.spec.SpecOption.Need;
import java.util.List;
import java.util.Map;

/**
 * The JSON Schema of a spec, with which editors complete it. What the parser takes it takes too;
 * the parser checks more.
 */
final class SpecSchema {
  private SpecSchema() {}

  static String text() {
    ObjectNode schema =
        JsonNodeFactory.instance
            .objectNode()
            .put("$schema", "https://json-schema.org/draft/2020-12/schema")
            .put("title", "Errata spec");
    schema.setAll(section(""));
    try {
      return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(schema) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A schema can be written", e);
    }
  }

  private static ObjectNode section(String path) {
    String prefix = path.isEmpty() ? "" : path + ".";
    ObjectNode section = JsonNodeFactory.instance.objectNode().put("type", "object");
    ObjectNode properties = section.putObject("properties");
    ArrayNode required = JsonNodeFactory.instance.arrayNode();
    for (String name : SpecOptions.namesIn(path)) {
      String child = prefix + name;
      SpecOptions.find(child)
          .ifPresentOrElse(
              option -> properties.set(name, option(option)),
              () -> properties.set(name, sectionOrShorthand(child)));
      if (isRequired(child)) {
        required.add(name);
      }
    }
    for (Map.Entry<String, String> later : SpecOptions.later().entrySet()) {
      String name = later.getKey().substring(later.getKey().lastIndexOf('.') + 1);
      if (later.getKey().equals(prefix + name)) {
        properties.putObject(name).put("description", later.getValue()).putObject("not");
      }
    }
    if (!required.isEmpty()) {
      section.set("required", required);
    }
    addForms(section, forms(path));
    return section.put("additionalProperties", false);
  }

  private static ObjectNode sectionOrShorthand(String path) {
    SpecOption<?> option = SpecOptions.shorthands().get(path);
    if (option == null) {
      return section(path);
    }
    ObjectNode either = JsonNodeFactory.instance.objectNode();
    either.putArray("oneOf").add(option(option)).add(section(path));
    return either;
  }

  private static void addForms(ObjectNode section, List<List<String>> forms) {
    for (List<String> form : forms) {
      ObjectNode schema = section.withArray("oneOf").addObject();
      ArrayNode required = schema.putArray("required");
      form.forEach(required::add);
      for (List<String> other : forms) {
        if (!other.equals(form)) {
          ArrayNode any = schema.withObject("/not").withArray("/anyOf");
          other.forEach(name -> any.addObject().putArray("required").add(name));
        }
      }
    }
  }

  private static ObjectNode option(SpecOption<?> option) {
    ObjectNode schema = option.type().schema().deepCopy();
    String fallback =
        option.fallbackText().isEmpty() ? "" : " Default: " + option.fallbackText() + ".";
    return schema.put("description", (option.meaning() + fallback).replace("`", ""));
  }

  private static boolean isRequired(String path) {
    return path.equals("worker")
        || SpecOptions.all().stream()
            .anyMatch(
                option ->
                    option.need() == Need.REQUIRED_IN_SECTION
                        ? option.path().equals(path)
                        : option.need() == Need.REQUIRED
                            && (option.path() + ".").startsWith(path + "."));
  }

  /** The fields of which one set must be there, and no other. */
  private static List<List<String>> forms(String section) {
    return switch (section) {
      case "events" -> List.of(List.of("kafka"), List.of("archive"));
      case "events.kafka" -> List.of(List.of("topic"), List.of("topics"), List.of("topic-pattern"));
      case "worker" -> List.of(List.of("name", "version"), List.of("aggregate"));
      case "worker.aggregate" -> List.of(List.of("key", "columns"));
      case "table" -> List.of(List.of("jdbc", "name"), List.of("csv"));
      case "base" -> List.of(List.of("table"), List.of("path"));
      default -> List.of();
    };
  }
}
