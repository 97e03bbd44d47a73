package io.errata.connectors.event;

import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.jspecify.annotations.Nullable;

/** The type of a source's records on an edge of the job: compact and without Kryo. */
public final class SourceRecordTypeInfo extends TypeInformation<SourceRecord> {
  private static final long serialVersionUID = 1;

  private final EventSchema schema;

  private SourceRecordTypeInfo(EventSchema schema) {
    this.schema = schema;
  }

  /** The type of the records whose events have a schema. */
  public static SourceRecordTypeInfo of(EventSchema schema) {
    return new SourceRecordTypeInfo(schema);
  }

  /** Of the events. */
  public EventSchema schema() {
    return schema;
  }

  @Override
  public TypeSerializer<SourceRecord> createSerializer(SerializerConfig config) {
    return new SourceRecordSerializer(schema);
  }

  @Override
  public Class<SourceRecord> getTypeClass() {
    return SourceRecord.class;
  }

  @Override
  public boolean isBasicType() {
    return false;
  }

  @Override
  public boolean isTupleType() {
    return false;
  }

  @Override
  public int getArity() {
    return 1;
  }

  @Override
  public int getTotalFields() {
    return 1;
  }

  @Override
  public boolean isKeyType() {
    return false;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SourceRecordTypeInfo that && schema.equals(that.schema);
  }

  @Override
  public int hashCode() {
    return schema.hashCode();
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof SourceRecordTypeInfo;
  }

  @Override
  public String toString() {
    return "SourceRecord";
  }
}
