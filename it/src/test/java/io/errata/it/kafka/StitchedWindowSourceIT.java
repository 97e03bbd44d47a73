package io.errata.it.kafka;

import io.errata.servers.KafkaServer;
import io.errata.testkit.EventStore;
import io.errata.testkit.WindowSourceContract;
import java.nio.file.Path;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Kafka and an archive together do what every event source does. */
class StitchedWindowSourceIT extends WindowSourceContract {
  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @TempDir private Path folder;

  @Override
  protected EventStore openStore() {
    return new StitchedStore(KafkaServer.shared(), folder);
  }
}
