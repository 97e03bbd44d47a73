package io.errata.jobs.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command without a verb: it can only tell what there is. */
@Command(
    name = "errata",
    versionProvider = ErrataVersion.class,
    customSynopsis = "errata VERB spec.yaml [--set path=value …] [--json] [--quiet]",
    header = {
      "Errata recomputes a stretch of the past from its events, and corrects the present.",
      ""
    },
    commandListHeading = "%nVerbs:%n",
    footer = {
      "",
      "Exit status: 0 done; 2 wrong usage or spec; 3 drift found, where asked to tell; 4 stopped by a",
      "limit; 5 conflict, nothing written; 6 a source or store failed, nothing written; 1 a bug.",
      "",
      "Example:",
      "  errata demo                  see it work on an embedded database",
      "  errata plan incident.yaml    what is wrong, with nothing changed",
      "  errata VERB --help           more about a verb"
    })
final class ErrataCommand {
  @Option(names = "--help", usageHelp = true, description = "Show this and exit.")
  private boolean help;

  @Option(names = "--version", versionHelp = true, description = "Show the version and exit.")
  private boolean version;
}
