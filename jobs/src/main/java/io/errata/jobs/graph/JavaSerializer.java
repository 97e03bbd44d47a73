package io.errata.jobs.graph;

import java.io.IOException;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.util.InstantiationUtil;

/**
 * Java's own serialization, for the few splits of a job that never outlive it.
 *
 * @param <T> a serializable type
 */
final class JavaSerializer<T> implements SimpleVersionedSerializer<T> {
  @Override
  public int getVersion() {
    return 1;
  }

  @Override
  public byte[] serialize(T value) throws IOException {
    return InstantiationUtil.serializeObject(value);
  }

  @Override
  public T deserialize(int version, byte[] bytes) throws IOException {
    try {
      return InstantiationUtil.deserializeObject(bytes, JavaSerializer.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IOException("Cannot read a split: its class is not on the class path", e);
    }
  }
}
