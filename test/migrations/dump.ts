import { PREDECESSOR_ROWS, PREDECESSOR_SCHEMA } from './predecessor.sql.ts';

/** A value that looks like everything that a dump is made of. */
export const HOSTILE = `it's; "quoted" \\ back\\\\slash\\'; -- no comment\n# nor this\nDELIMITER ;;\n/* nor; */ /*!50003 x */\r\n\t\`;;\u0000ñ漢🦴`;

/** How dump programs write a string. */
export function quoted(text: string): string {
  const escaped = text.replaceAll(/[\\'"\n\r\0]/g, (character) => ESCAPES[character] ?? `\\${character}`);
  return `'${escaped}'`;
}
const ESCAPES: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\0': '\\0' };

interface Parts {
  /** Further statements after the rows, without their delimiter. */
  readonly rows?: readonly string[];
  /** Between the rows and the triggers, as it stands. */
  readonly raw?: string;
  readonly footer?: string;
}

/** The predecessor's database as mysqldump writes it. */
export function mysqldump({ rows = [], raw = '', footer = '-- Dump completed on 2026-01-02  3:04:05\n' }: Parts = {}) {
  return [
    '-- MySQL dump 10.13  Distrib 5.7.44, for Linux (x86_64)\n--\n-- Host: db.example.com    Database: casaos',
    '-- ------------------------------------------------------\n-- Server version\t5.7.44-log\n',
    ...conditional(40_101, 'SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT', 'SET NAMES utf8mb4'),
    ...conditional(40_103, 'SET @OLD_TIME_ZONE=@@TIME_ZONE', "SET TIME_ZONE='+00:00'"),
    ...conditional(40_014, 'SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0'),
    ...conditional(40_101, "SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO'"),
    'SET @MYSQLDUMP_TEMP_LOG_BIN = @@SESSION.SQL_LOG_BIN;\nSET @@SESSION.SQL_LOG_BIN= 0;',
    "SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ '3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5';\n",
    '--\n-- Current Database: `casaos`\n--\n',
    'CREATE DATABASE /*!32312 IF NOT EXISTS*/ `casaos` /*!40100 DEFAULT CHARACTER SET utf8mb4 */;\n\nUSE `casaos`;\n',
    ...tables.map((create) => `DROP TABLE IF EXISTS \`${nameOf(create)}\`;\n${create};\n`),
    'LOCK TABLES `Usuario` WRITE;',
    ...conditional(40_000, 'ALTER TABLE `Usuario` DISABLE KEYS'),
    ...[...PREDECESSOR_ROWS, ...rows].map((insert) => `${insert};`),
    ...conditional(40_000, 'ALTER TABLE `Usuario` ENABLE KEYS'),
    `UNLOCK TABLES;\n${raw}`,
    ...triggers.flatMap(trigger),
    ...events.flatMap(event),
    ...procedures.flatMap(procedure),
    ...conditional(40_101, 'SET SQL_MODE=@OLD_SQL_MODE', 'SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT'),
    footer,
  ].join('\n');
}

/** The same as phpMyAdmin writes it. */
export function phpMyAdmin(rows: readonly string[] = []): string {
  return [
    '-- phpMyAdmin SQL Dump\n-- version 5.2.1\n-- https://www.phpmyadmin.net/\n--\n',
    'SET SQL_MODE = "NO_AUTO_VALUE_ON_ZERO";\nSTART TRANSACTION;\nSET time_zone = "+00:00";\n',
    '/*!40101 SET NAMES utf8mb4 */;\n\n--\n-- Base de datos: `casaos`\n--\n',
    'DELIMITER $$\n--\n-- Procedimientos\n--',
    ...procedures.map((create) => `${definedBy(create, '`root`@`localhost`')}$$\n`),
    'DELIMITER ;\n',
    ...tables.map((create) => `${create};\n`),
    ...[...PREDECESSOR_ROWS, ...rows].map((insert) => `${insert};\n`),
    ...triggers.map((create) => `DELIMITER $$\n${create}\n$$\nDELIMITER ;`),
    'DELIMITER $$\n--\n-- Eventos\n--',
    ...events.map((create) => `${definedBy(create, "'casaos'@'%'")}$$\n`),
    'DELIMITER ;\nCOMMIT;\n',
  ].join('\n');
}

const tables = PREDECESSOR_SCHEMA.filter((create) => create.startsWith('create table'));
const triggers = PREDECESSOR_SCHEMA.filter((create) => create.startsWith('create trigger'));
const procedures = PREDECESSOR_SCHEMA.filter((create) => create.startsWith('create procedure'));
const events = PREDECESSOR_SCHEMA.filter((create) => create.startsWith('create event'));

function nameOf(create: string): string {
  return create.split(/\s+/)[2] ?? '';
}

function conditional(version: number, ...statements: string[]): string[] {
  return statements.map((statement) => `/*!${version} ${statement} */;`);
}

function definedBy(create: string, account: string): string {
  return create.replace('create', `CREATE DEFINER=${account}`);
}

/** MySQL 5.7 and MariaDB name a mode here that later servers refuse. */
const OLD_MODE = conditional(50_003, "SET sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION'");

function trigger(create: string): string[] {
  return [
    ...OLD_MODE,
    'DELIMITER ;;',
    `/*!50003 CREATE*/ /*!50017 DEFINER=\`casaos\`@\`10.0.%\`*/ /*!50003 ${create.replace('create ', '')} */;;`,
    'DELIMITER ;',
  ];
}

function event(create: string): string[] {
  return [
    ...conditional(50_106, 'SET @save_time_zone= @@TIME_ZONE'),
    'DELIMITER ;;',
    ...conditional(50_106, "SET TIME_ZONE= 'SYSTEM'").map((statement) => `${statement};`),
    `/*!50106 CREATE*/ /*!50117 DEFINER=\`nobody\`@\`%\`*/ /*!50106 ${create.replace('create ', '')} */ ;;`,
    'DELIMITER ;',
    ...conditional(50_106, 'SET TIME_ZONE= @save_time_zone'),
  ];
}

function procedure(create: string): string[] {
  return [...OLD_MODE, 'DELIMITER ;;', `${definedBy(create, '`casaos`@`localhost`')} ;;`, 'DELIMITER ;'];
}
