package io.errata.state.plan;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.fuzz.Budget;
import io.errata.fuzz.Declared;
import io.errata.state.digest.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Any bytes as a manifest, as they are and under a seal that fits, which anybody can make: it is
 * refused, or sealing what was read gives what was read.
 */
public final class ManifestFuzz {
  private static final JsonMapper TREES =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private ManifestFuzz() {}

  public static void read(byte[] data) throws Exception {
    Budget.spend(
        () -> {
          check(data);
          Optional<byte[]> sealed = sealed(data);
          if (sealed.isPresent()) {
            check(sealed.get());
          }
        });
  }

  private static void check(byte[] json) {
    PlanManifestJson.Sealed read;
    try {
      read = PlanManifestJson.read(json, "the plan");
    } catch (ErrataException e) {
      Declared.check(e, ErrorCode.INVALID_PLAN);
      return;
    }
    PlanManifestJson.Sealed written = PlanManifestJson.seal(read.manifest());
    PlanManifestJson.Sealed again =
        PlanManifestJson.read(written.json().getBytes(StandardCharsets.UTF_8), "the plan");
    Declared.same("The manifest", read.manifest(), again.manifest());
    try {
      PlanId.of(read.manifest());
      CorrectionFormat.check(read.manifest().table().description());
    } catch (ErrataException e) {
      Declared.check(e, ErrorCode.INVALID_PLAN);
    }
  }

  private static Optional<byte[]> sealed(byte[] data) {
    try {
      JsonNode node = TREES.readTree(data);
      if (!(node instanceof ObjectNode document)) {
        return Optional.empty();
      }
      document.remove("seal");
      document.put("format", PlanManifest.FORMAT);
      document.put("seal", Digest.ofText(TREES.writeValueAsString(document)).hex());
      return Optional.of(TREES.writeValueAsBytes(document));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }
}
