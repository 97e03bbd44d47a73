package io.errata.connectors.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreSettingsTest {
  @TempDir private Path folder;

  @Test
  void environment_saysWhatTheConfigurationDoesNot() {
    Map<String, String> settings =
        StoreSettings.of(
                new Configuration(),
                Map.of(
                    "AWS_ENDPOINT_URL", "http://127.0.0.1:9000",
                    "AWS_REGION", "eu-central-1",
                    "STORAGE_EMULATOR_HOST", "127.0.0.1:4443"))
            .toMap();

    assertThat(settings)
        .containsEntry("s3.endpoint", "http://127.0.0.1:9000")
        .containsEntry("s3.path.style.access", "true")
        .containsEntry("s3.endpoint.region", "eu-central-1")
        .containsEntry("gs.storage.root.url", "http://127.0.0.1:4443");
  }

  @Test
  void configuration_isStrongerThanTheEnvironment() {
    Map<String, String> settings =
        StoreSettings.of(
                Configuration.fromMap(
                    Map.of("s3.endpoint", "http://one", "fs.s3a.endpoint.region", "mars-1")),
                Map.of("AWS_ENDPOINT_URL", "http://two", "AWS_REGION", "eu-central-1"))
            .toMap();

    assertThat(settings)
        .containsEntry("s3.endpoint", "http://one")
        .doesNotContainKeys("s3.path.style.access", "s3.endpoint.region");
  }

  @Test
  void references_areResolved_forStoresAlone() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), "from a file\n");

    Map<String, String> settings =
        StoreSettings.of(
                Configuration.fromMap(
                    Map.of(
                        "s3.access-key", "${env:KEY}",
                        "s3.secret-key", "${file:" + secret + "}",
                        "rest.address", "${env:KEY}")),
                Map.of("KEY", "from a variable"))
            .toMap();

    assertThat(settings)
        .containsEntry("s3.access-key", "from a variable")
        .containsEntry("s3.secret-key", "from a file")
        .containsEntry("rest.address", "${env:KEY}");
  }

  @Test
  void referenceToNothing_isRefused() {
    Configuration flink = Configuration.fromMap(Map.of("s3.secret-key", "${env:ABSENT}"));

    assertThatThrownBy(() -> StoreSettings.of(flink, Map.of()))
        .isInstanceOf(ErrataException.class)
        .hasMessage(
            "Cannot use s3.secret-key of Flink's configuration: the environment variable ABSENT is"
                + " not set; export it, or name another");
  }

  /** An empty key would only be refused by the store, for another reason. */
  @Test
  void referenceToAnEmptyFile_isRefused() throws Exception {
    Path empty = Files.writeString(folder.resolve("empty"), "\n");
    Configuration flink = Configuration.fromMap(Map.of("s3.secret-key", "${file:" + empty + "}"));

    assertThatThrownBy(() -> StoreSettings.of(flink, Map.of()))
        .isInstanceOf(ErrataException.class)
        .hasMessageEndingWith("the secret's file " + empty + " is empty");
  }
}
