package io.errata.state.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.digest.Digest;
import io.errata.state.digest.SetDigest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class PlanManifestJsonTest {
  private static final JsonMapper MAPPER = new JsonMapper();

  private final PlanManifest manifest =
      Plans.manifest(
          new CorrectionCounts(1, 0, 0),
          SetDigest.EMPTY.add(Digest.ofText("a")),
          List.of(new PlanFile("corrections/part-0.parquet", 1, 10, "00")));

  @Test
  void read_ofWritten_isTheSame() {
    PlanManifestJson.Sealed written = PlanManifestJson.seal(manifest);
    PlanManifestJson.Sealed read = read(written.json());
    assertThat(read).isEqualTo(written);
    assertThat(PlanManifestJson.seal(manifest)).isEqualTo(written);
  }

  @Test
  void write_beginsWithFormatAndEndsWithSeal() throws IOException {
    String json = PlanManifestJson.seal(manifest).json();
    List<String> fields = new ArrayList<>();
    MAPPER.readTree(json).fieldNames().forEachRemaining(fields::add);
    assertThat(fields)
        .containsExactly(
            "format",
            "plan",
            "name",
            "spec",
            "window",
            "worker",
            "table",
            "snapshot",
            "events",
            "rows",
            "coverage",
            "suppressedEffects",
            "limits",
            "warnings",
            "corrections",
            "correctionSet",
            "files",
            "seconds",
            "version",
            "createdAt",
            "seal");
    assertThat(json)
        .doesNotContain("\r")
        .endsWith("}\n")
        .contains("😀")
        .contains("\"2024-06-10T00:00:00Z\"");
  }

  @Test
  void seal_isTheDigestOfTheJsonInOneLineWithoutIt() throws IOException {
    PlanManifestJson.Sealed sealed = PlanManifestJson.seal(manifest);
    // By text alone, as somebody without this code would do it.
    String inOneLine =
        sealed
            .json()
            .lines()
            .map(String::strip)
            .reduce("", String::concat)
            .replace("\" : ", "\":")
            .replace("[ ]", "[]");
    String without = inOneLine.replace(",\"seal\":\"" + sealed.seal() + "\"", "");
    assertThat(without).isNotEqualTo(inOneLine);
    assertThat(Digest.ofText(without).hex()).isEqualTo(sealed.seal());
  }

  @Test
  void read_afterReformatting_stillHolds() throws IOException {
    String json = PlanManifestJson.seal(manifest).json();
    assertThat(read(json.replace("\n", "\r\n\t")).manifest()).isEqualTo(manifest);
  }

  @Test
  void read_ofEveryChangedValue_isRefused() {
    String json = PlanManifestJson.seal(manifest).json();
    for (String change :
        List.of("2024-06-10T00:30", "whole days", "totals@2", "now()", "1234", "12.3", "\"00\"")) {
      assertThat(json).contains(change);
      String changed = json.replace(change, change.replaceFirst("[0-9a-z]", "3"));
      assertThat(changed).isNotEqualTo(json);
      assertRefused(changed, "plans/x: it was changed after it was sealed");
    }
  }

  @Test
  void read_ofOtherFormat_namesTheRelease() {
    assertRefused(
        edited(document -> document.put("format", 2).put("version", "9.1")),
        "its format is 2 (this release of Errata reads format 1)");
    assertThatThrownBy(
            () -> read(edited(document -> document.put("format", 2).put("version", "9.1"))))
        .extracting(e -> ((ErrataException) e).next())
        .asString()
        .contains("9.1");
    assertRefused(edited(document -> document.remove("format")), "its format is not given");
    assertRefused(edited(document -> document.put("format", "1")), "its format is \"1\"");
  }

  @Test
  void read_ofMalformedJson_saysWhere() {
    assertRefused("{\"format\": 1,\n oops", "it is not JSON (line 2");
    assertRefused("", "it is not a JSON object");
    assertRefused("[]", "it is not a JSON object");
    assertRefused(PlanManifestJson.seal(manifest).json() + "{}", "it is not JSON");
    assertRefused("{\"format\": 1, \"format\": 1}", "it is not JSON");
  }

  @Test
  void read_ofANumberBeyondAll_isRefused() {
    assertRefused(
        PlanManifestJson.seal(manifest)
            .json()
            .replaceFirst("\"format\" : 1", "\"format\" : 1e33333333333"),
        "Cannot read the manifest of plans/x: it is not JSON");
  }

  @Test
  void read_ofUnknownField_namesIt() {
    assertRefused(edited(document -> document.put("shoe", 1)), "field shoe is not known");
    assertRefused(
        edited(document -> ((ObjectNode) document.get("rows")).put("shoe", 1)),
        "field shoe is not known");
  }

  @Test
  void read_ofMissingOrWrongField_namesIt() {
    assertRefused(
        edited(document -> document.remove("rows")),
        "a field is missing or of another type (rows)");
    assertRefused(
        edited(document -> document.put("correctionSet", "1-0")), "another type (correctionSet)");
    assertRefused(
        edited(document -> ((ObjectNode) document.get("rows")).put("live", "many")),
        "another type (live)");
    assertRefused(edited(document -> document.putNull("name")), "another type (name)");
    assertRefused(edited(document -> document.remove("seal")), "it has no seal");
  }

  @Test
  void read_ofPathThatLeadsOut_isRefused() {
    for (String path :
        List.of(
            "../x",
            "/etc/passwd",
            "corrections/../../x",
            "a//b",
            "",
            ".",
            "c:/x",
            "a\\..\\b",
            "a\u0000b")) {
      assertRefused(
          edited(document -> ((ObjectNode) document.get("files").get(0)).put("path", path)),
          "Cannot use a path of a plan: " + path);
    }
  }

  @Test
  void read_ofFileListedTwice_isRefused() {
    assertRefused(
        edited(document -> document.withArray("files").add(document.get("files").get(0))),
        "it lists corrections/part-0.parquet twice");
  }

  @Test
  void read_ofATableWhoseColumnsDoNotFitTogether_isRefused() {
    for (String name : List.of("key", "compare")) {
      for (String column :
          List.of("no_such_column", "", manifest.table().description().key().get(0))) {
        assertRefused(
            edited(
                document ->
                    ((ObjectNode) document.path("table").path("description"))
                        .withArray(name)
                        .add(column)),
            "Cannot read the manifest of plans/x: the columns of its table don't fit together");
      }
    }
  }

  /** Edited by somebody who knows how to seal. */
  private String edited(Consumer<ObjectNode> edit) {
    try {
      ObjectNode document = (ObjectNode) MAPPER.readTree(PlanManifestJson.seal(manifest).json());
      edit.accept(document);
      if (document.remove("seal") != null) {
        document.put("seal", Digest.ofText(MAPPER.writeValueAsString(document)).hex());
      }
      return MAPPER.writeValueAsString(document);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static PlanManifestJson.Sealed read(String json) {
    return PlanManifestJson.read(json.getBytes(StandardCharsets.UTF_8), "plans/x");
  }

  private static void assertRefused(String json, String message) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(ErrataException.class)
        .hasMessageContaining(message)
        .extracting(e -> ((ErrataException) e).code())
        .isEqualTo(ErrorCode.INVALID_PLAN);
  }
}
