package io.errata.connectors.archive;

import io.errata.connectors.Gap;
import io.errata.connectors.Window;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.flink.core.fs.Path;

/**
 * Up to where an archive surely holds a window.
 *
 * <p>Folders come to an end some time, and nothing in the last one says whether it is whole: it may
 * still be written. So a folder counts where a later one is there, too, and no gap was found in it.
 * Late events lie in folders up to the slack behind their time: an event is surely held where all
 * of these folders count.
 *
 * @param to the first event time of which events may be missing; the window's end where none may
 * @param reason why it isn't the window's end; empty where it is
 */
public record ArchiveReach(Instant to, String reason) {

  /** Whether the archive surely holds all of the window. */
  public boolean isWhole() {
    return reason.isEmpty();
  }

  static ArchiveReach find(ArchiveOptions options, Window window, List<Gap> gaps) {
    PartitionLayout layout = PartitionLayout.parse(options.layout());
    if (layout.isFlat()) {
      return new ArchiveReach(
          window.from(),
          "its files are in one folder (no events.archive.layout), and nothing says how far they reach");
    }
    Path root = ArchiveListing.root(options);
    Window widened =
        new Window(window.from().minus(options.slack()), window.to().plus(options.slack()));
    List<PartitionLayout.Span> spans = layout.spans(widened, options.zone());
    List<Boolean> there = Parallel.map(spans, span -> ArchiveListing.exists(root, span.name()));
    int newest = there.lastIndexOf(true);
    for (int i = 0; i < spans.size() - 1; i++) {
      // An archive may begin with the window's first folder: of the slack before, nothing is asked.
      boolean isBefore = !spans.get(i + 1).start().isAfter(window.from());
      Optional<String> doubt = gapIn(spans.get(i).name(), gaps);
      if (doubt.isEmpty() && !there.get(i) && !isBefore) {
        doubt = Optional.of("folder " + spans.get(i).name() + " is absent");
      }
      if (doubt.isEmpty() && i == newest) {
        doubt =
            Optional.of(
                "folder "
                    + spans.get(i).name()
                    + " is its newest, and nothing says that it is whole");
      }
      if (doubt.isPresent()) {
        Instant sure = spans.get(i).start().minus(options.slack());
        return new ArchiveReach(
            sure.isBefore(window.from()) || i == 0 ? window.from() : earlier(sure, window.to()),
            doubt.get());
      }
    }
    return new ArchiveReach(window.to(), "");
  }

  private static Optional<String> gapIn(String folder, List<Gap> gaps) {
    return gaps.stream()
        .filter(gap -> gap.input().contains("/" + folder + "/"))
        .findFirst()
        .map(gap -> gap.input() + ": " + gap.reason());
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
