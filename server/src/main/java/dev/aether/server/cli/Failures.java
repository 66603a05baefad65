package dev.aether.server.cli;

import dev.aether.client.AetherException;
import dev.aether.client.InvalidArgumentException;
import dev.aether.client.InvalidRequestException;
import dev.aether.client.OutcomeUnknownException;
import dev.aether.client.Reason;
import dev.aether.client.VersionConflictException;
import dev.aether.server.cli.json.JsonLine;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The one place where a failure becomes a line on standard error and an exit code. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
  private final PrintStream err;

  Failures(PrintStream err) {
    this.err = err;
  }

  @Override
  public int handleExecutionException(
      Exception failure, CommandLine command, ParseResult parseResult) {
    if (failure instanceof OutputClosedException) {
      return ExitCode.DONE;
    }
    if (failure instanceof UsageException) {
      return usage(command, String.valueOf(failure.getMessage()));
    }
    if (failure instanceof VersionConflictException conflict) {
      err.println(json(conflict));
      return ExitCode.VERSION_CONFLICT;
    }
    Optional<OutcomeUnknownException> unknown = outcomeUnknown(failure);
    if (unknown.isPresent()) {
      err.println("aether: outcome unknown: " + message(failure));
      sayWhatToRunNext(unknown.get(), command.getCommand(), parseResult.originalArgs());
      return ExitCode.OUTCOME_UNKNOWN;
    }
    if (isUnreachable(failure)) {
      err.println("aether: the server is out of reach: " + message(failure));
      return ExitCode.UNREACHABLE;
    }
    err.println("aether: " + message(failure));
    if (failure instanceof InvalidRequestException || failure instanceof InvalidArgumentException) {
      return ExitCode.USAGE; // What was typed is what was sent.
    }
    if (!isExpected(failure)) {
      failure.printStackTrace(err);
    }
    return ExitCode.FAILED;
  }

  @Override
  public int handleParseException(ParameterException fault, String[] args) {
    int code = usage(fault.getCommandLine(), String.valueOf(fault.getMessage()));
    UnmatchedArgumentException.printSuggestions(
        fault, new PrintWriter(err, true, StandardCharsets.UTF_8));
    return code;
  }

  private int usage(CommandLine command, String reason) {
    String name = command.getCommandSpec().qualifiedName();
    err.println(name + ": " + reason);
    err.println("Try '" + name + " --help'.");
    return ExitCode.USAGE;
  }

  private void sayWhatToRunNext(
      OutcomeUnknownException unknown, Object command, List<String> given) {
    List<String> next = command instanceof RunNext says ? says.after(unknown, given) : given;
    err.println("Run next" + (next.contains("-") ? ", with the same standard input:" : ":"));
    err.println("  " + ShellLine.of(next));
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
    return isExpected(failure) ? String.valueOf(failure.getMessage()) : "unexpected: " + failure;
  }

  /** What is not expected is a fault of ours, and whoever mends it needs to know where. */
  private static boolean isExpected(Exception failure) {
    return failure instanceof AetherException
        || failure instanceof InvalidArgumentException
        || failure instanceof CommandFailedException;
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
