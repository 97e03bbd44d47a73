package io.errata.jobs.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotBlank;
import org.junit.jupiter.api.Test;

/** What a spec keeps of itself means the same everywhere. */
class SpecTextTest {
  @Test
  void text_ofASpec_givesItAgainInAnotherFolder() {
    Spec spec = Specs.parse(Specs.DECLARED, "limits.deletes=7", "plans=../plans");
    for (Optional<Path> folder : List.of(Optional.<Path>empty(), Optional.of(Path.of("/other")))) {
      assertThat(
              SpecParser.parseText(
                  spec.text(),
                  folder,
                  List.of(),
                  name -> Optional.ofNullable(Specs.ENVIRONMENT.get(name))))
          .isEqualTo(spec);
    }
    assertThat(spec.plans()).isEqualTo("/plans");
  }

  @Test
  void relativePath_withoutFolder_isRefused() {
    assertThatThrownBy(
            () ->
                SpecParser.parseText(
                    Specs.DECLARED,
                    Optional.empty(),
                    List.of("table.jdbc.password=${file:pw}"),
                    name -> Optional.empty()))
        .hasMessageContaining(
            "line 4, column 20: events.archive.path: the path is relative, and this spec has no folder")
        .hasMessageContaining(
            "in --set table.jdbc.password: table.jdbc.password: the path is relative, and this spec has no folder")
        .hasMessageContaining("plans: it is missing, and this spec has no folder");
  }

  @Property(tries = 200)
  void text_ofAnyWords_isReadAsTheyWere(
      @ForAll @NotBlank String column, @ForAll @NotBlank String sql) {
    String name = printable(column);
    String expression = printable(sql);
    YamlNode.Mapping root = YamlNode.Mapping.empty(Location.START);
    root.put(
        Location.START,
        name,
        new YamlNode.Scalar(Location.START, YamlNode.Scalar.Kind.TEXT, expression));
    Problems problems = new Problems();
    YamlNode read = YamlReader.read(YamlText.of(root), null, problems).orElseThrow();
    assertThat(problems.isEmpty()).isTrue();
    assertThat(((YamlNode.Mapping) read).entries().keySet()).containsExactly(name);
    assertThat(((YamlNode.Mapping) read).entries().get(name).value())
        .isInstanceOfSatisfying(
            YamlNode.Scalar.class,
            scalar -> {
              assertThat(scalar.kind()).isEqualTo(YamlNode.Scalar.Kind.TEXT);
              assertThat(scalar.text()).isEqualTo(expression);
            });
  }

  @Test
  void text_ofNamesThatYamlTakesForSomethingElse_isReadAsTheyWere() {
    for (String name :
        List.of(
            "no", "null", "~", "1", "1.5", "a: b", "- a", "#a", "*a", "&a", "?", "@x", "a\nb",
            "é😀", " a ")) {
      Spec spec =
          Specs.parse(
              Specs.DECLARED,
              "table.set={ "
                  + YamlText.of(
                          new YamlNode.Scalar(Location.START, YamlNode.Scalar.Kind.TEXT, name))
                      .strip()
                  + ": 'null' }");
      assertThat(spec.table().set()).isEqualTo(Map.of(name, "null"));
      assertThat(Specs.parse(spec.text())).isEqualTo(spec);
    }
  }

  /** Without what can't come from YAML at all. */
  private static String printable(String text) {
    StringBuilder kept = new StringBuilder("x");
    text.codePoints()
        .filter(c -> Character.isLetterOrDigit(c) || " :#-{}[]'\"\\,&*!|>%@`~?\n\t".indexOf(c) >= 0)
        .filter(c -> c < 0xD800 || c > 0xFFFF)
        .forEach(kept::appendCodePoint);
    return kept.toString();
  }
}
