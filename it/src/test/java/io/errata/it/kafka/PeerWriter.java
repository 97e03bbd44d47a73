package io.errata.it.kafka;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes records with Apicurio's serializer, which registers their schemas and puts the ids before
 * them: the main class of a process that has that library on its class path, and neither Errata's
 * code nor its Avro.
 */
final class PeerWriter {
  private PeerWriter() {}

  /**
   * Writes what standard input says: a line that begins with {@code schema} and a space has the
   * schema of all lines behind it; any other line is a timestamp in milliseconds, a space, and a
   * record in Avro's JSON encoding.
   *
   * @param args brokers, the URL of the registry's own API, topic
   */
  public static void main(String[] args)
      throws IOException, ExecutionException, InterruptedException {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            args[0],
            "key.serializer",
            ByteArraySerializer.class.getName(),
            "value.serializer",
            "io.apicurio.registry.serde.avro.AvroKafkaSerializer",
            "apicurio.registry.url",
            args[1],
            "apicurio.registry.auto-register",
            "true");
    List<Future<?>> sent = new ArrayList<>();
    try (KafkaProducer<byte[], GenericRecord> producer = new KafkaProducer<>(settings);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      Schema schema = Schema.create(Schema.Type.NULL);
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int space = line.indexOf(' ');
        String rest = line.substring(space + 1);
        if (line.startsWith("schema ")) {
          schema = new Schema.Parser().parse(rest);
        } else {
          GenericRecord record =
              new GenericDatumReader<GenericRecord>(schema)
                  .read(null, DecoderFactory.get().jsonDecoder(schema, rest));
          long timestamp = Long.parseLong(line.substring(0, space));
          sent.add(producer.send(new ProducerRecord<>(args[2], null, timestamp, null, record)));
        }
      }
      for (Future<?> each : sent) {
        each.get();
      }
    }
    // Its client of the registry leaves threads behind.
    System.exit(0);
  }
}
