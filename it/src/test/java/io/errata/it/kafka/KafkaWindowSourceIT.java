package io.errata.it.kafka;

import io.errata.servers.KafkaServer;
import io.errata.testkit.EventStore;
import io.errata.testkit.WindowSourceContract;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Kafka does what every event source does, in each format. */
class KafkaWindowSourceIT {
  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @Nested
  class Json extends Contract {
    Json() {
      super(RecordEncoding.JSON);
    }
  }

  @Nested
  class Avro extends Contract {
    Avro() {
      super(RecordEncoding.AVRO);
    }
  }

  @Nested
  class Csv extends Contract {
    Csv() {
      super(RecordEncoding.CSV);
    }
  }

  abstract static class Contract extends WindowSourceContract {
    private final RecordEncoding encoding;

    Contract(RecordEncoding encoding) {
      this.encoding = encoding;
    }

    @Override
    protected EventStore openStore() {
      return new KafkaStore(KafkaServer.shared(), encoding);
    }
  }
}
