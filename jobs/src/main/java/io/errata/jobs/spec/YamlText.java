package io.errata.jobs.spec;

import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.errata.jobs.spec.YamlNode.Mapping;
import io.errata.jobs.spec.YamlNode.Scalar;
import io.errata.jobs.spec.YamlNode.Sequence;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Map;

/**
 * Writes nodes as YAML; reading that gives the same nodes, and writing them the same text again.
 */
final class YamlText {
  private static final YAMLFactory FACTORY =
      YAMLFactory.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .enable(YAMLGenerator.Feature.ALLOW_LONG_KEYS)
          .build();

  private YamlText() {}

  static String of(YamlNode node) {
    StringWriter text = new StringWriter();
    try (YAMLGenerator generator = FACTORY.createGenerator(text)) {
      write(node, generator);
    } catch (IOException e) {
      throw new IllegalStateException("A text can be written", e);
    }
    return text.toString();
  }

  private static void write(YamlNode node, YAMLGenerator generator) throws IOException {
    if (node instanceof Mapping mapping) {
      generator.writeStartObject();
      for (Map.Entry<String, Mapping.Entry> entry : mapping.entries().entrySet()) {
        if (!YamlNode.isNull(entry.getValue().value())) {
          generator.writeFieldName(entry.getKey());
          write(entry.getValue().value(), generator);
        }
      }
      generator.writeEndObject();
    } else if (node instanceof Sequence sequence) {
      generator.writeStartArray();
      for (YamlNode item : sequence.items()) {
        write(item, generator);
      }
      generator.writeEndArray();
    } else if (node instanceof Scalar scalar) {
      switch (scalar.kind()) {
        case TEXT -> generator.writeString(scalar.text());
        case INTEGER, FRACTION -> generator.writeNumber(scalar.text());
        case BOOLEAN -> generator.writeBoolean(Boolean.parseBoolean(scalar.text()));
        case NULL -> generator.writeNull();
      }
    }
  }
}
