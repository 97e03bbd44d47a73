package io.errata.jobs.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.rpc.RpcSystem;
import org.junit.jupiter.api.Test;

class SharedRpcSystemLoaderTest {
  /** Classes of a class loader of Flink's own could not come from the JVM's archive. */
  @Test
  void remoteCalls_areOfTheClassPath() {
    try (RpcSystem system = RpcSystem.load(new Configuration())) {
      assertThat(system.getClass().getName())
          .isEqualTo("org.apache.flink.runtime.rpc.pekko.PekkoRpcSystem");
      assertThat(system.getClass().getClassLoader()).isSameAs(RpcSystem.class.getClassLoader());
    }
  }
}
