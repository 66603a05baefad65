package dev.aether.server.cli;

import dev.aether.client.AetherException;
import dev.aether.client.InvalidArgumentException;
import dev.aether.client.InvalidRequestException;
import dev.aether.client.OutcomeUnknownException;
import dev.aether.client.Reason;
import dev.aether.client.VersionConflictException;
import dev.aether.server.cli.json.JsonLine;
import dev.aether.server.event.StoreException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertPathBuilderException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Maps failures to lines on standard error and exit codes. The only place that does. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
  private static final String UNKNOWN = "outcome unknown: ";

  private final PrintStream err;
  private final String program;

  /**
   * Creates a handler.
   *
   * @param program the name by which the program was started
   */
  Failures(PrintStream err, String program) {
    this.err = err;
    this.program = program;
  }

  @Override
  public int handleExecutionException(
      Exception failure, CommandLine command, ParseResult parseResult) {
    if (failure instanceof OutputClosedException) {
      return ExitCode.DONE;
    }
    if (failure instanceof UsageException) {
      return usage(command, withPlaces(command, String.valueOf(failure.getMessage())));
    }
    if (failure instanceof VersionConflictException conflict) {
      err.println(json(conflict));
      return ExitCode.VERSION_CONFLICT;
    }
    Optional<OutcomeUnknownException> unknown = outcomeUnknown(failure);
    if (unknown.isPresent()) {
      String message = message(failure);
      err.println("aether: " + (message.startsWith(UNKNOWN) ? "" : UNKNOWN) + message);
      sayWhatToRunNext(unknown.get(), command.getCommand(), parseResult.originalArgs());
      return ExitCode.OUTCOME_UNKNOWN;
    }
    if (isUnreachable(failure)) {
      err.println("aether: cannot reach the server: " + message(failure) + tlsHint(failure));
      return ExitCode.UNREACHABLE;
    }
    err.println("aether: " + message(failure));
    if (failure.getCause() instanceof StoreException.NatsUnreachable) {
      return ExitCode.UNREACHABLE; // The command uses NATS itself.
    }
    if (failure instanceof InvalidRequestException || failure instanceof InvalidArgumentException) {
      return ExitCode.USAGE; // The user typed what was sent.
    }
    if (!isExpected(failure)) {
      failure.printStackTrace(err);
    }
    return ExitCode.FAILED;
  }

  @Override
  public int handleParseException(ParameterException fault, String[] args) {
    String reason = withPlaces(fault);
    ParameterException suggested = fault;
    List<String> unmatched =
        fault.getCommandLine().getUnmatchedArguments().stream()
            .filter(argument -> argument.startsWith("-"))
            .toList();
    if (fault instanceof MissingParameterException && !unmatched.isEmpty()) {
      // picocli names only what is missing. The unknown option may be the missing one, misspelled.
      suggested = new UnmatchedArgumentException(fault.getCommandLine(), unmatched);
      reason += "; " + suggested.getMessage();
    }
    int code = usage(fault.getCommandLine(), reason);
    UnmatchedArgumentException.printSuggestions(
        suggested, new PrintWriter(err, true, StandardCharsets.UTF_8));
    return code;
  }

  /** A value that cannot be converted may be in a file or the environment. */
  private static String withPlaces(ParameterException fault) {
    String reason = String.valueOf(fault.getMessage());
    return fault.getArgSpec() == null ? reason : withPlaces(fault.getCommandLine(), reason);
  }

  private static String withPlaces(CommandLine command, String reason) {
    CommandSpec spec = command.getCommandSpec();
    return EnvironmentDefaults.of(spec).withPlaces(reason, spec);
  }

  private int usage(CommandLine command, String reason) {
    String name = command.getCommandSpec().qualifiedName();
    err.println(name + ": " + reason);
    err.println("Try '" + program + name.substring(CommandLines.NAME.length()) + " --help'.");
    return ExitCode.USAGE;
  }

  private void sayWhatToRunNext(
      OutcomeUnknownException unknown, Object command, List<String> given) {
    List<String> next = command instanceof RunNext says ? says.after(unknown, given) : given;
    err.println("Run this next" + (next.contains("-") ? ", with the same standard input:" : ":"));
    err.println("  " + ShellLine.of(program, next));
  }

  private static Optional<OutcomeUnknownException> outcomeUnknown(Throwable failure) {
    for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof OutcomeUnknownException unknown) {
        return Optional.of(unknown);
      }
    }
    return Optional.empty();
  }

  private static String json(VersionConflictException conflict) {
    return new JsonLine()
        .put("actorId", conflict.actorId())
        .put("currentVersion", conflict.currentVersion())
        .put("attemptedVersion", conflict.attemptedVersion())
        .end();
  }

  private static String message(Exception failure) {
    return isExpected(failure)
        ? String.valueOf(failure.getMessage())
        : "unexpected error: " + failure;
  }

  /** An unexpected failure is a bug, whose stack trace is needed to fix it. */
  private static boolean isExpected(Exception failure) {
    return failure instanceof AetherException
        || failure instanceof InvalidArgumentException
        || failure instanceof CommandFailedException;
  }

  /** What to look at if the two sides disagree about TLS; empty if that is not the cause. */
  private static String tlsHint(Throwable failure) {
    for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertPathBuilderException) {
        return " (--tls-ca must name the authority of the server's certificate)";
      }
      if (String.valueOf(cause.getMessage()).contains("Network closed for unknown reason")) {
        return " (if the server uses TLS, connect with --tls-ca or --tls)";
      }
    }
    return "";
  }

  private static boolean isUnreachable(Throwable failure) {
    for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof AetherException e) {
        return e.reason() == Reason.UNREACHABLE;
      }
    }
    return false;
  }
}
