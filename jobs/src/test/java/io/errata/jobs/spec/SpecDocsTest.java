package io.errata.jobs.spec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * What the docs and the schema say of the spec is what the parser does. To write both anew after a
 * change of the settings, run this test with {@code -Derrata.docs.write=true} and look at the
 * difference.
 */
class SpecDocsTest {
  private static final Path PAGE = Path.of("../docs/spec.md");
  private static final Path SCHEMA = Path.of("../docs/spec.schema.json");
  private static final Pattern TABLE =
      Pattern.compile("(?<=<!-- settings -->\n).*?(?=<!-- /settings -->)", Pattern.DOTALL);
  private static final Pattern EXAMPLE = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

  @Test
  void table_ofThePage_isThatOfTheOptions() throws IOException {
    String page = Files.readString(PAGE);
    if (Boolean.getBoolean("errata.docs.write")) {
      page = TABLE.matcher(page).replaceFirst(Matcher.quoteReplacement(SpecTable.text()));
      Files.writeString(PAGE, page);
    }
    Matcher table = TABLE.matcher(page);
    assertThat(table.find()).isTrue();
    assertThat(table.group()).isEqualTo(SpecTable.text());
  }

  @Test
  void schema_ofTheRepository_isThatOfTheOptions() throws IOException {
    if (Boolean.getBoolean("errata.docs.write")) {
      Files.writeString(SCHEMA, SpecSchema.text());
    }
    assertThat(Files.readString(SCHEMA)).isEqualTo(SpecSchema.text());
  }

  @Test
  void schema_isPackaged() throws IOException {
    try (InputStream packaged = SpecParser.class.getResourceAsStream("spec.schema.json")) {
      assertThat(packaged).isNotNull();
      assertThat(new String(packaged.readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo(SpecSchema.text());
    }
  }

  @Test
  void examples_ofThePage_passParserAndSchema() throws IOException {
    List<String> examples = new ArrayList<>();
    Matcher example = EXAMPLE.matcher(Files.readString(PAGE));
    while (example.find()) {
      if (example.group(1).startsWith("name:")) {
        examples.add(example.group(1));
      }
    }
    assertThat(examples).hasSizeGreaterThan(2);
    for (String text : examples) {
      assertThat(Specs.parse(text).name()).isNotBlank();
      assertThat(validate(text)).isEmpty();
    }
    assertThat(validate(Specs.DECLARED)).isEmpty();
  }

  @Test
  void keptText_passesTheSchema() throws IOException {
    assertThat(validate(Specs.parse(Specs.DECLARED).text())).isEmpty();
  }

  @Test
  void schema_refusesWhatTheParserRefuses() throws IOException {
    for (String override :
        List.of(
            "nam=x",
            "name=",
            "window.from=2024-06-10T12:00:00",
            "worker.name=x",
            "worker=",
            "worker.aggregate.key=",
            "base={ time: 2024-06-10T12:00:00Z }",
            "base={ table: a, path: /b, time: 2024-06-10T12:00:00Z }",
            "events.kafka={ topic: t }",
            "events={ kafka: { brokers: b, topic: t, format: avro, registry: 8081 }, fields: { id: i, time: t } }",
            "correct=difference",
            "table.key=user_id",
            "table.key=[]",
            "table.compare=[a, a]",
            "table.jdbc.password=hunter2",
            "limits.corrections=5 rows",
            "limits.deletes=-1",
            "limits.rate=5",
            "conflicts=maybe",
            "events.archive.format=orc",
            "events.fields.types={ a: txt }",
            "table.lock-timeout=10")) {
      Problems problems = new Problems();
      YamlNode.Mapping root =
          (YamlNode.Mapping) YamlReader.read(Specs.DECLARED, null, problems).orElseThrow();
      new Overrides(root, problems).apply(List.of(override));
      assertThat(Specs.problems(Specs.DECLARED, override)).as(override).isNotEmpty();
      assertThat(validate(YamlText.of(root))).as(override).isNotEmpty();
    }
  }

  private static Set<ValidationMessage> validate(String yaml) throws IOException {
    JsonNode schema = new ObjectMapper().readTree(SpecSchema.text());
    JsonSchema validator =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(schema);
    return validator.validate(new YAMLMapper().readTree(yaml));
  }
}
