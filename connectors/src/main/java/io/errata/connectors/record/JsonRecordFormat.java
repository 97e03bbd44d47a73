package io.errata.connectors.record;

import io.errata.connectors.format.JsonColumns;
import io.errata.connectors.format.JsonObjectParser;
import io.errata.connectors.format.SourceColumns;
import io.errata.connectors.kafka.RecordDecoder;
import io.errata.connectors.kafka.RecordFormat;
import io.errata.connectors.read.FieldPlan;
import java.io.IOException;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** One JSON object in UTF-8. */
public final class JsonRecordFormat implements RecordFormat {
  private static final long serialVersionUID = 1;

  @Override
  public SourceColumns columns(List<byte[]> sample) throws IOException {
    JsonColumns.Sample columns = new JsonColumns.Sample();
    for (byte[] each : sample) {
      columns.add(each, 0, each.length);
    }
    return columns.columns();
  }

  @Override
  public boolean isSampled() {
    return true;
  }

  @Override
  public RecordDecoder open(FieldPlan plan, List<String> paths, Part part) {
    return new Decoder(new JsonObjectParser(plan, paths));
  }

  private record Decoder(JsonObjectParser parser) implements RecordDecoder {
    @Override
    public @Nullable String decode(byte[] data, int offset, int length, ConsumerRecord<?, ?> from) {
      return length > JsonObjectParser.MAX_LENGTH
          ? "it is longer than " + JsonObjectParser.MAX_LENGTH + " bytes"
          : parser.parse(data, offset, length);
    }

    @Override
    public @Nullable Object[] values() {
      return parser.values();
    }
  }
}
