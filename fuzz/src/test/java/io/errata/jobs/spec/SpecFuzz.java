package io.errata.jobs.spec;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.fuzz.Budget;
import io.errata.fuzz.Declared;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Any text as a spec: it is one, and then the text that is kept of it is the same one; or it is
 * refused. No message holds a secret.
 */
public final class SpecFuzz {
  private static final String SECRET = "kq7-Zv1-secret";

  private SpecFuzz() {}

  public static void read(byte[] data) throws Exception {
    Budget.spend(() -> run(new String(data, StandardCharsets.UTF_8)));
  }

  private static void run(String text) {
    Spec spec;
    try {
      spec = parse(text, Optional.of(Path.of("/specs")));
    } catch (ErrataException e) {
      Declared.check(e, ErrorCode.INVALID_SPEC);
      // The fuzzer sees what texts are compared with, and writes the secret into a spec itself.
      if (!text.contains(SECRET)
          && (e.getMessage().contains(SECRET) || e.next().contains(SECRET))) {
        throw new AssertionError("A message holds a secret", e);
      }
      return;
    }
    if (!text.contains(SECRET) && spec.text().contains(SECRET)) {
      throw new AssertionError("The text that is kept holds a secret");
    }
    Declared.same("The kept text is another spec", spec, parse(spec.text(), Optional.empty()));
  }

  private static Spec parse(String text, Optional<Path> folder) {
    return SpecParser.parseText(
        text,
        folder,
        List.of(),
        name -> name.equals("UNSET") ? Optional.empty() : Optional.of(SECRET));
  }
}
