package io.errata.it.kafka;

import io.errata.servers.KafkaServer;
import io.errata.testkit.EventStore;
import io.errata.testkit.WindowSourceContract;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Kafka does what every event source does. */
class KafkaWindowSourceIT extends WindowSourceContract {
  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @Override
  protected EventStore openStore() {
    return new KafkaStore(KafkaServer.shared());
  }
}
