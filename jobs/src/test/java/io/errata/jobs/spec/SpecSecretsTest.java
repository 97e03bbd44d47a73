package io.errata.jobs.spec;

import static io.errata.jobs.spec.Specs.DECLARED;
import static io.errata.jobs.spec.Specs.problems;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import io.errata.api.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpecSecretsTest {
  @Test
  void secret_isInNothingThatIsPrintedOrKept() {
    Spec spec = Specs.parse(DECLARED);
    assertThat(spec.table().password()).isEqualTo(Secret.of("hunter2"));
    assertThat(spec.toString()).doesNotContain("hunter2");
    assertThat(spec.text()).doesNotContain("hunter2").contains("${env:PGPASSWORD}");
  }

  @Test
  void secretsOfAnotherMachine_areKeptAsReferences(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("spec.yaml"), DECLARED);
    UnresolvedSpec spec =
        SpecParser.parseUnresolved(
            file,
            List.of(
                "table.jdbc.url=${env:NOWHERE_SET}",
                "table.jdbc.password=${file:/run/secrets/nowhere}",
                "plans=s3://bucket/plans"));
    assertThat(spec.plans()).isEqualTo("s3://bucket/plans");
    assertThat(spec.text()).contains("${env:NOWHERE_SET}", "${file:/run/secrets/nowhere}");
    assertThat(
            SpecParser.parseText(
                    spec.text(),
                    Optional.empty(),
                    List.of("table.jdbc.password=${env:X}"),
                    name -> Optional.of("jdbc:postgresql://there/app"))
                .table()
                .url())
        .isEqualTo("jdbc:postgresql://there/app");
    assertThatThrownBy(
            () -> SpecParser.parseUnresolved(file, List.of("table.jdbc.user=${vault:x}")))
        .isInstanceOf(ErrataException.class)
        .hasMessageContaining("there is no reference of this kind");
  }

  @Test
  void secret_ofTheUrlAndUser_isInNothingThatIsPrinted() {
    Spec spec =
        Specs.parse(
            DECLARED,
            "table.jdbc.url=jdbc:postgresql://${env:PGPASSWORD}:5432/app",
            "table.jdbc.user=\"u-${env:PGPASSWORD}\"");
    assertThat(spec.table().url()).isEqualTo("jdbc:postgresql://hunter2:5432/app");
    assertThat(spec.table().user()).isEqualTo("u-hunter2");
    assertThat(spec.toString()).doesNotContain("hunter2");
    assertThat(spec.text()).doesNotContain("hunter2");
  }

  @Test
  void secret_ofAFile_isReadWithoutItsLineEnd(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("pw.txt"), "from file\n");
    Spec spec =
        SpecParser.parseText(
            DECLARED,
            Optional.of(folder),
            List.of("table.jdbc.password=${file:pw.txt}"),
            name -> Optional.empty());
    assertThat(spec.table().password()).isEqualTo(Secret.of("from file"));
    assertThat(spec.text()).contains("${file:" + folder.resolve("pw.txt") + "}");
  }

  @Test
  void secret_thatIsNotThere_isNamed(@TempDir Path folder) throws IOException {
    Path empty = Files.createFile(folder.resolve("empty"));
    String prefix = "in --set table.jdbc.password: table.jdbc.password: ";
    assertThat(problems(DECLARED, "table.jdbc.password=${env:NOPE}"))
        .containsExactly(
            prefix + "the environment variable NOPE is not set; export it, or name another");
    assertThat(problems(DECLARED, "table.jdbc.password=${env:EMPTY}"))
        .containsExactly(
            prefix + "the environment variable EMPTY is not set; export it, or name another");
    assertThat(problems(DECLARED, "table.jdbc.password=${file:none}"))
        .containsExactly(prefix + "the secret's file /specs/none is not there");
    assertThat(problems(DECLARED, "table.jdbc.password=${file:" + folder + "}"))
        .containsExactly(prefix + "the secret's file " + folder + " is a folder");
    assertThat(problems(DECLARED, "table.jdbc.password=${file:" + empty + "}"))
        .containsExactly(prefix + "the secret's file " + empty + " is empty");
    assertThat(problems(DECLARED, "table.jdbc.user=${vault:x}"))
        .containsExactly(
            "in --set table.jdbc.user: table.jdbc.user: there is no reference of this kind; write ${env:NAME} or"
                + " ${file:path}");
  }

  @Test
  void secret_thatIsWrittenOut_isRefusedAndNotShown() {
    assertThat(problems(DECLARED, "table.jdbc.password=hunter2"))
        .containsExactly(
            "in --set table.jdbc.password: table.jdbc.password: it must be a reference, so that the secret itself stands"
                + " nowhere; write \"${env:PGPASSWORD}\" or \"${file:path}\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://localhost/app?user=a&password=hunter2",
        "jdbc:postgresql://localhost/app?user=a&PASSWORD=hunter2",
        "jdbc:postgresql://localhost/app?sslpassword=hunter2",
        "jdbc:postgresql://localhost/app?sslmode=require&pass=hunter2",
        "jdbc:postgresql://localhost/app?token=hunter2",
        "jdbc:postgresql://a:hunter2@localhost/app",
        "jdbc:postgresql://a:hunter2/@localhost/app",
        "jdbc:postgresql://hunter2@localhost/app"
      })
  void secret_inTheUrl_isRefusedAndNotShown(String url) {
    assertThat(problems(DECLARED, "table.jdbc.url=" + url))
        .singleElement()
        .asString()
        .contains("table.jdbc.url: it holds a password")
        .doesNotContain("hunter2");
  }

  @Test
  void secret_ofAUrlInAVariable_isRefusedAndNotShown() {
    assertThat(problems(DECLARED, "table.jdbc.url=${env:URL}"))
        .singleElement()
        .asString()
        .contains("table.jdbc.url: it holds a password");
  }

  @Test
  void reference_elsewhere_isRefused() {
    assertThat(problems(DECLARED, "filter.where=user_id = '${env:PGPASSWORD}'"))
        .containsExactly(
            "in --set filter.where: filter.where: references are understood in connections only: table.jdbc,"
                + " events.kafka.registry, events.kafka.sasl, events.kafka.tls");
  }
}
