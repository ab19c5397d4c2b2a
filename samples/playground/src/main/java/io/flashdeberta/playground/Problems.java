package io.flashdeberta.playground;

import io.flashdeberta.FlashDebertaException;
import io.flashdeberta.engine.DeadlineExceededException;
import io.flashdeberta.engine.InputTooLongException;
import io.flashdeberta.engine.QueueFullException;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Answers every refused request with a problem detail that says what to change. */
@RestControllerAdvice
final class Problems extends ResponseEntityExceptionHandler {

    @ExceptionHandler
    ProblemDetail tooLong(InputTooLongException exception) {
        return ProblemDetail.forStatusAndDetail(
                HttpStatus.CONTENT_TOO_LARGE, String.valueOf(exception.getMessage()));
    }

    @ExceptionHandler({QueueFullException.class, DeadlineExceededException.class})
    ProblemDetail overloaded(FlashDebertaException exception) {
        return ProblemDetail.forStatusAndDetail(
                HttpStatus.SERVICE_UNAVAILABLE, String.valueOf(exception.getMessage()));
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException exception,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        String detail =
                "The body is not the expected JSON: " + firstLine(exception.getMostSpecificCause());
        return createResponseEntity(
                ProblemDetail.forStatusAndDetail(status, detail), headers, status, request);
    }

    private static String firstLine(Throwable cause) {
        return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    }
}
