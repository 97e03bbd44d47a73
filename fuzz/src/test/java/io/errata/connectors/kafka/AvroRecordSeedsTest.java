package io.errata.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.connectors.record.FuzzedAvroFormat;
import io.errata.connectors.record.RecordSeeds;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The fuzzer starts from records that are events: from refused ones alone it would not get far. */
class AvroRecordSeedsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "registry-1",
        "registry-2",
        "registry-3",
        "single-object-1",
        "single-object-2",
        "single-object-3",
        "own-schema-1",
        "own-schema-2",
        "own-schema-3",
        "plain"
      })
  void seed_isAnEvent(String name) throws IOException {
    byte[] seed = RecordSeeds.all().getOrDefault("avro-record/" + name, new byte[0]);
    assertThat(AvroRecordFuzz.run(new FuzzedAvroFormat(seed))).startsWith("e1");
  }
}
