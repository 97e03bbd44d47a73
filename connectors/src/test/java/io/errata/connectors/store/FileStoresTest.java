package io.errata.connectors.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.core.fs.Path;
import org.junit.jupiter.api.Test;

/** What is said where there is no file system for a path. */
class FileStoresTest {
  @Test
  void remedy_namesWhatTheSchemeNeeds() {
    assertThat(FileStores.remedy(new Path("hdfs://node:8020/events")))
        .contains("HADOOP_CLASSPATH")
        .contains("docs/object-stores.md");
    assertThat(FileStores.remedy(new Path("gs://bucket/events"))).contains("flink-gs-fs-hadoop");
    assertThat(FileStores.remedy(new Path("swift://bucket/events")))
        .contains("Use a local path, s3://, gs:// or hdfs://");
  }
}
