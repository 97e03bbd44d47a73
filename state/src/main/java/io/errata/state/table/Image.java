package io.errata.state.table;

import io.errata.state.digest.CanonicalForm;
import io.errata.state.digest.Digest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A live row whole, byte for byte as its table would print it: the text of each of {@link
 * TableDescription#columns()}, in their order, or null. This is what a rollback restores and what a
 * guard compares, so it holds columns of types that Errata can't compute with, too.
 *
 * @param texts one for each column, or null
 * @param place where the row stood, in the words of a store whose rows have an order, so that a
 *     rollback can put it back there; null where they have none. No part of what the row is
 */
public record Image(List<@Nullable String> texts, @Nullable String place) {
  public Image {
    texts = Collections.unmodifiableList(new ArrayList<>(texts));
  }

  /** A row of a store whose rows have no order. */
  public Image(List<@Nullable String> texts) {
    this(texts, null);
  }

  /** The digest of the canonical form of all texts, not of the place: the guard of a correction. */
  public Digest digest() {
    StringBuilder form = new StringBuilder();
    for (String text : texts) {
      CanonicalForm.append(form, "a live row", text);
    }
    return Digest.ofText(form.toString());
  }
}
