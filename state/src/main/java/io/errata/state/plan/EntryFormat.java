package io.errata.state.plan;

import java.util.List;
import java.util.Optional;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.MessageType;

/** How entries of one kind lie in a Parquet file. */
interface EntryFormat<T> {
  MessageType schema();

  /** What is read of a file of another schema; empty where such a file isn't of the format. */
  default Optional<MessageType> readable(MessageType file) {
    return file.equals(schema()) ? Optional.of(file) : Optional.empty();
  }

  /** Columns of payload: no statistics of them, and memory is looked at behind each entry. */
  default List<String> payload() {
    return List.of();
  }

  /** Fills an empty record of the schema. */
  void write(T entry, Group record);

  T read(Group record);
}
